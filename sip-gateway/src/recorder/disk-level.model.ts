import type { DiskLevel } from '#contracts/recordings.contract';

const LOW_PCT = 20;
const FULL_PCT = 3;
/** A disk about a limit must not raise an alarm every ten seconds. */
const HYSTERESIS_PCT = 0.5;

/** The level at so much free space, coming from `before`: it gets worse at the limit, and better only half a percent above it. */
export function diskLevelAt(freePct: number, before: DiskLevel): DiskLevel {
  const limit = (pct: number, isBeyond: boolean): number => (isBeyond ? pct + HYSTERESIS_PCT : pct);
  if (freePct <= limit(FULL_PCT, before === 'full')) return 'full';
  return freePct <= limit(LOW_PCT, before !== 'ok') ? 'low' : 'ok';
}
