import { CommandError } from '../command-error.ts';
import { DAY_MS, dayNumber, type LocalDate } from './calendar.ts';

/** A wall clock reading. Months count from 1. */
export interface LocalTime extends LocalDate {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const FIXED_OFFSET = /^([+-])(\d{2})(?::?(\d{2}))?$/;
/** Names of the tz database; Intl would take any letter case and abbreviations beside them. */
const ZONE_NAME = /^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)*$/;
/** Offsets kept per zone: about 50 years of days. */
const MOST_CACHED_DAYS = 20_000;

/** Converts between instants and wall clock time by the IANA rules in ICU, or by a fixed offset. Times are milliseconds. */
export class TimeZone {
  readonly isUtc: boolean;
  readonly #offsetMs: (instantMs: number) => number;

  constructor(offsetMs: (instantMs: number) => number, isUtc = false) {
    this.#offsetMs = offsetMs;
    this.isUtc = isUtc;
  }

  /** What the wall clock is ahead of UTC at an instant. */
  offsetMs(instantMs: number): number {
    return this.#offsetMs(instantMs);
  }

  toLocal(instantMs: number): LocalTime {
    const shifted = new Date(instantMs + this.#offsetMs(instantMs));
    return {
      year: shifted.getUTCFullYear(),
      month: shifted.getUTCMonth() + 1,
      day: shifted.getUTCDate(),
      hour: shifted.getUTCHours(),
      minute: shifted.getUTCMinutes(),
      second: shifted.getUTCSeconds(),
      millisecond: shifted.getUTCMilliseconds(),
    };
  }

  /** The instant of a wall clock reading whose parts may lie beyond their range. */
  toInstant(local: LocalTime): number {
    const time = local.hour * 3_600_000 + local.minute * 60_000 + local.second * 1000 + local.millisecond;
    return this.instantOf(dayNumber(local.year, local.month, local.day) * DAY_MS + time);
  }

  /**
   * The instant at which the wall clock reads `wallMs`, given as if it were UTC. A reading that a change of clocks skips counts
   * from before the change; of one that comes twice timelib, and so MongoDB, takes the first in zones west of Greenwich and the
   * second in the others.
   */
  instantOf(wallMs: number): number {
    const first = this.#offsetMs(wallMs);
    const second = this.#offsetMs(wallMs - first);
    if (first === second) return wallMs - first;
    if (second < first || this.#offsetMs(wallMs - second) === second) return wallMs - second;
    return wallMs - first;
  }
}

export const UTC = new TimeZone(() => 0, true);

const zones = new Map<string, TimeZone>();

/** Parses `Asia/Tokyo`, `+09:00`, `+0900`, `+09`, `UTC`; throws CommandError 40485 for unknown names. */
export function parseTimeZone(name: string): TimeZone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = makeZone(name);
  zones.set(name, zone);
  return zone;
}

function makeZone(name: string): TimeZone {
  if (name === 'UTC' || name === 'GMT') return UTC;
  const fixed = FIXED_OFFSET.exec(name);
  if (fixed !== null) {
    const offset = (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * (fixed[1] === '-' ? -60_000 : 60_000);
    return new TimeZone(() => offset, offset === 0);
  }
  return new TimeZone(cachedByDay(ianaOffset(name)));
}

/** Asks for the offset once a day, where the day begins and ends with the same. */
function cachedByDay(offsetMs: (instantMs: number) => number): (instantMs: number) => number {
  const days = new Map<number, number | undefined>();
  return (instantMs) => {
    const day = Math.floor(instantMs / DAY_MS);
    if (!days.has(day)) {
      if (days.size >= MOST_CACHED_DAYS) days.clear();
      const start = offsetMs(day * DAY_MS);
      days.set(day, start === offsetMs((day + 1) * DAY_MS - 1) ? start : undefined);
    }
    return days.get(day) ?? offsetMs(instantMs);
  };
}

function ianaOffset(name: string): (instantMs: number) => number {
  const format = ianaFormat(name);
  return (instantMs) => {
    const wholeSecond = Math.floor(instantMs / 1000) * 1000;
    const parts = Object.fromEntries(format.formatToParts(wholeSecond).map((part) => [part.type, part.value]));
    const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
    const wall = dayNumber(year, Number(parts['month']), Number(parts['day'])) * DAY_MS;
    return wall + (Number(parts['hour']) * 3600 + Number(parts['minute']) * 60 + Number(parts['second'])) * 1000 - wholeSecond;
  };
}

function ianaFormat(name: string): Intl.DateTimeFormat {
  const unknown = new CommandError(40485, `unrecognized time zone identifier: "${name}"`);
  if (!ZONE_NAME.test(name)) throw unknown;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw unknown;
  }
}
