import { CommandError } from '../command-error.ts';
import { DAY_MS, dayNumber, dayNumberOf, daysInMonth, weekday } from './calendar.ts';
import { FIXED_UNIT_MS, type TimeUnit } from './date-arguments.ts';
import type { LocalTime, TimeZone } from './time-zone.ts';

const MONTHS: Partial<Record<TimeUnit, number>> = { year: 12, quarter: 3, month: 1 };
const DAYS: Partial<Record<TimeUnit, number>> = { week: 7, day: 1 };
/** MongoDB's limit in days for an amount of time: what 64 bits of milliseconds hold. */
const MOST_DAYS = 213_503_982_335;
const HOURS_PER_DAY = 24;

/**
 * Adds an amount of a unit. Days and longer units move on the wall clock of the zone, with the day cut to the length of the month
 * reached; hours and shorter ones are lengths of time.
 */
export function addTime(instantMs: number, unit: TimeUnit, amount: number, zone: TimeZone): Date {
  assertAmount(unit, amount);
  const result = new Date(added(instantMs, unit, amount, zone));
  if (Number.isNaN(result.getTime())) throw new CommandError(5166406, 'dateAdd overflowed');
  return result;
}

function added(instantMs: number, unit: TimeUnit, amount: number, zone: TimeZone): number {
  const fixed = FIXED_UNIT_MS[unit];
  if (fixed !== undefined) return instantMs + fixed * amount;
  const local = zone.toLocal(instantMs);
  const timeOfDay = instantMs + zone.offsetMs(instantMs) - dayNumberOf(local) * DAY_MS;
  const days = DAYS[unit];
  const day = days === undefined ? addMonths(local, (MONTHS[unit] ?? 1) * amount) : dayNumberOf(local) + days * amount;
  return zone.instantOf(day * DAY_MS + timeOfDay);
}

function addMonths({ year, month, day }: LocalTime, amount: number): number {
  const months = year * 12 + month - 1 + amount;
  const targetYear = Math.floor(months / 12);
  const targetMonth = months - targetYear * 12 + 1;
  return dayNumber(targetYear, targetMonth, Math.min(day, daysInMonth(targetYear, targetMonth)));
}

function assertAmount(unit: TimeUnit, amount: number): void {
  if (unit === 'millisecond') return;
  const unitDays = (FIXED_UNIT_MS[unit] ?? 0) / DAY_MS || DAYS[unit] || (MONTHS[unit] ?? 1) * 30;
  if (Math.abs(amount) * unitDays >= MOST_DAYS)
    throw new CommandError(5976500, `invalid dateAdd 'amount' parameter value: ${amount} ${unit}`);
}

/** How many boundaries of the unit lie between two instants, negative when `end` comes first. */
export function countBoundaries(startMs: number, endMs: number, unit: TimeUnit, zone: TimeZone, startOfWeek: number): number {
  if (unit === 'millisecond') return endMs - startMs;
  const start = zone.toLocal(startMs);
  const end = zone.toLocal(endMs);
  const years = end.year - start.year;
  const days = dayNumberOf(end) - dayNumberOf(start);
  switch (unit) {
    case 'year':
      return years;
    case 'quarter':
      return Math.floor((end.month - 1) / 3) - Math.floor((start.month - 1) / 3) + years * 4;
    case 'month':
      return end.month - start.month + years * 12;
    case 'week':
      return (days + daysIntoWeek(start, startOfWeek) - daysIntoWeek(end, startOfWeek)) / 7;
    case 'day':
      return days;
    default:
      return countShortUnits({ start, end, days, unit, offsetSeconds: (zone.offsetMs(startMs) - zone.offsetMs(endMs)) / 1000 });
  }
}

const daysIntoWeek = (local: LocalTime, startOfWeek: number): number => (weekday(local) - startOfWeek + 7) % 7;

interface ShortUnits {
  readonly start: LocalTime;
  readonly end: LocalTime;
  readonly days: number;
  readonly unit: 'hour' | 'minute' | 'second';
  /** What the wall clock lost between the two because of a change of clocks. */
  readonly offsetSeconds: number;
}

function countShortUnits({ start, end, days, unit, offsetSeconds }: ShortUnits): number {
  const hours = end.hour - start.hour + days * HOURS_PER_DAY;
  if (unit === 'hour') return hours + Math.trunc(offsetSeconds / 3600);
  const minutes = end.minute - start.minute + hours * 60;
  if (unit === 'minute') return minutes + Math.trunc(offsetSeconds / 60);
  return end.second - start.second + minutes * 60 + offsetSeconds;
}

interface Bins {
  readonly unit: TimeUnit;
  /** Number of units in a bin. */
  readonly size: number;
  readonly zone: TimeZone;
  /** 0 for Sunday. */
  readonly startOfWeek: number;
}

const SATURDAY = 6;

/** The beginning of the bin an instant falls into; bins count from 2000-01-01 on the wall clock of the zone. */
export function truncateTime(instantMs: number, { unit, size, zone, startOfWeek }: Bins): Date {
  // 2000-01-01 is a Saturday; weeks count from the first start of a week on or after it.
  const lead = unit === 'week' ? (startOfWeek - SATURDAY + 7) % 7 : 0;
  const reference = zone.instantOf(dayNumber(2000, 1, 1 + lead) * DAY_MS);
  const fixed = FIXED_UNIT_MS[unit];
  if (fixed !== undefined) return new Date(instantMs - remainder(instantMs - reference, size * fixed));
  const distance = countBoundaries(reference, instantMs, unit, zone, startOfWeek);
  return addTime(reference, unit, distance - remainder(distance, size), zone);
}

const remainder = (value: number, size: number): number => ((value % size) + size) % size;
