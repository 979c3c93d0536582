import { TelephonyView } from '#contracts/telephony.contract';
import { appRoute, type AppRoute } from '../access/declarations.ts';
import type { GatewayWatch } from './gateway-watch.ts';

/** The gateways and the carriers' trunks, for the status page. */
export function telephonyRoutes(gateways: Pick<GatewayWatch, 'describe'>): AppRoute[] {
  return [
    appRoute({
      method: 'GET',
      path: '/api/telephony',
      permission: 'telephony.read',
      action: 'telephony.read',
      reply: TelephonyView,
      run: async () => gateways.describe(),
    }),
  ];
}
