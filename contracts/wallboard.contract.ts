import { z } from 'zod';
import { Instant } from './ids.contract.ts';
import type { Ack } from './problem.contract.ts';

/** GET /api/wallboard and wallboard:changed. Holds no personal data, masked or not, and ranks nobody. */
export const WallboardView = z.object({
  version: z.int(),
  at: Instant,
  contactRate: z.object({
    month: z.string().regex(/^\d{4}-\d{2}$/),
    /** Distinct persons reached / requested (DOMAIN §4.8). */
    reached: z.int(),
    requested: z.int(),
    targetPercent: z.number(),
    /** Cumulative persons reached by day of the month, one entry a day up to today. */
    byDay: z.array(z.object({ day: z.int(), reached: z.int() })),
    openDaysLeft: z.int(),
  }),
  today: z.object({ calls: z.int(), contacts: z.int(), inbound: z.int(), inboundAnswered: z.int() }),
  queue: z.object({ waiting: z.int(), longestSince: Instant.nullable() }),
  agents: z.object({
    ready: z.int(),
    ringing: z.int(),
    talking: z.int(),
    wrapUp: z.int(),
    /** Of those in wrap-up: longer than it should take. */ wrapUpOverdue: z.int(),
    away: z.int(),
    offline: z.int(),
  }),
});
export type WallboardView = z.infer<typeof WallboardView>;

export interface WallboardServerEvents {
  'wallboard:changed': (board: WallboardView) => void;
}
export interface WallboardClientEvents {
  'wallboard:watch': (command: Record<string, never>, acknowledge: (reply: Ack<WallboardView>) => void) => void;
}
