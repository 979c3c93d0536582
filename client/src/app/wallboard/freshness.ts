/** How far the figures can be trusted: a dead board must not look healthy. */
export type Freshness = 'fresh' | 'late' | 'stopped';

export const LATE_AFTER_MS = 10_000;
export const STOPPED_AFTER_MS = 30_000;

export function freshnessOf(ageMs: number): Freshness {
  if (ageMs >= STOPPED_AFTER_MS) return 'stopped';
  return ageMs >= LATE_AFTER_MS ? 'late' : 'fresh';
}
