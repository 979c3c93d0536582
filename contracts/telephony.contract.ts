import { z } from 'zod';
import { TrunkStatus } from './gateway.contract.ts';
import { GatewayId, Instant } from './ids.contract.ts';

/** GET /api/telephony: the gateways and the carriers' trunks. Without any personal data. */
export const TelephonyView = z.object({
  gateways: z.array(
    z.object({
      id: GatewayId,
      /** When it last gave a sign of life. */
      at: Instant,
      isAlive: z.boolean(),
      calls: z.int(),
      draining: z.boolean(),
      trunks: z.array(TrunkStatus),
    }),
  ),
  serverTime: Instant,
});
export type TelephonyView = z.infer<typeof TelephonyView>;
