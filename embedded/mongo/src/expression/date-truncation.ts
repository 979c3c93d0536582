import { CommandError } from '../command-error.ts';
import type { TimeZone } from './time-zone.ts';

export const TRUNCATION_UNITS = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'] as const;
export type TruncationUnit = (typeof TRUNCATION_UNITS)[number];

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const FIXED_UNIT_MS: Partial<Record<TruncationUnit, number>> = { hour: 3_600_000, minute: 60_000, second: 1000, millisecond: 1 };

/** The instant at which the unit began on the wall clock of the time zone. */
export function truncateLocal(instantMs: number, unit: TruncationUnit, zone: TimeZone, startOfWeek: string): number {
  const fixed = FIXED_UNIT_MS[unit];
  if (fixed !== undefined) {
    const offset = zone.offsetMs(instantMs);
    return Math.floor((instantMs + offset) / fixed) * fixed - offset;
  }
  const local = zone.toLocal(instantMs);
  const midnight = { hour: 0, minute: 0, second: 0, millisecond: 0 };
  switch (unit) {
    case 'year':
      return zone.toInstant({ ...midnight, year: local.year, month: 1, day: 1 });
    case 'quarter':
      return zone.toInstant({ ...midnight, year: local.year, month: local.month - ((local.month - 1) % 3), day: 1 });
    case 'month':
      return zone.toInstant({ ...midnight, year: local.year, month: local.month, day: 1 });
    case 'week': {
      const weekday = new Date(Date.UTC(local.year, local.month - 1, local.day)).getUTCDay();
      const back = (weekday - weekdayNumber(startOfWeek) + 7) % 7;
      // A day number below 1 reaches back into the month before.
      return zone.toInstant({ ...midnight, year: local.year, month: local.month, day: local.day - back });
    }
    default:
      return zone.toInstant({ ...midnight, year: local.year, month: local.month, day: local.day });
  }
}

function weekdayNumber(name: string): number {
  const lower = name.toLowerCase();
  const index = WEEKDAYS.findIndex((weekday) => weekday === lower || weekday.slice(0, 3) === lower);
  if (index < 0) throw new CommandError(5439015, 'unknown day of week value in $dateTrunc');
  return index;
}
