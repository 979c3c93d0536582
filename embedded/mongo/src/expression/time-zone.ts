import { CommandError } from '../command-error.ts';

/** A wall clock reading. Months count from 1. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** Converts between instants and wall clock time by the IANA rules in ICU, or by a fixed offset. */
export interface TimeZone {
  toLocal(instantMs: number): LocalTime;
  offsetMs(instantMs: number): number;
  toInstant(local: LocalTime): number;
}

const FIXED_OFFSET = /^([+-])(\d{2}):?(\d{2})?$/;

/** Parses `Asia/Tokyo`, `+09:00`, `UTC`; throws CommandError 40485 for unknown names. */
export function parseTimeZone(name: string): TimeZone {
  const fixed = FIXED_OFFSET.exec(name);
  if (fixed !== null) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3] ?? 0);
    return zoneOf(() => (fixed[1] === '-' ? -1 : 1) * minutes * 60_000);
  }
  if (name === 'UTC' || name === 'GMT' || name === 'Z') return zoneOf(() => 0);
  const format = ianaFormat(name);
  return zoneOf((instantMs) => {
    const wholeSecond = Math.floor(instantMs / 1000) * 1000;
    const parts = Object.fromEntries(format.formatToParts(wholeSecond).map((part) => [part.type, part.value]));
    const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
    const local = utcOf(year, Number(parts['month']), Number(parts['day']));
    return local + (Number(parts['hour']) * 3600 + Number(parts['minute']) * 60 + Number(parts['second'])) * 1000 - wholeSecond;
  });
}

function ianaFormat(name: string): Intl.DateTimeFormat {
  // Intl accepts any letter case and abbreviations; MongoDB wants the name of the tz database.
  const unknown = (): never => {
    throw new CommandError(40485, `unrecognized time zone identifier: "${name}"`);
  };
  if (!/^[A-Z][A-Za-z_]+(\/[A-Za-z0-9_+-]+)+$/.test(name)) return unknown();
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
    return unknown();
  }
}

function zoneOf(offsetMs: (instantMs: number) => number): TimeZone {
  return {
    offsetMs,
    toLocal: (instantMs) => {
      const shifted = new Date(instantMs + offsetMs(instantMs));
      return {
        year: shifted.getUTCFullYear(),
        month: shifted.getUTCMonth() + 1,
        day: shifted.getUTCDate(),
        hour: shifted.getUTCHours(),
        minute: shifted.getUTCMinutes(),
        second: shifted.getUTCSeconds(),
        millisecond: shifted.getUTCMilliseconds(),
      };
    },
    toInstant: (local) => {
      const time = local.hour * 3_600_000 + local.minute * 60_000 + local.second * 1000 + local.millisecond;
      const wall = utcOf(local.year, local.month, local.day) + time;
      // The offset a day before and after bracket any change of clocks; the earlier reading of a repeated hour wins.
      const candidates = [wall - offsetMs(wall - 86_400_000), wall - offsetMs(wall + 86_400_000)];
      const exact = candidates.filter((instant) => instant + offsetMs(instant) === wall);
      return exact.length > 0 ? Math.min(...exact) : Math.max(...candidates);
    },
  };
}

/** Like Date.UTC, without its special treatment of years 0 to 99. */
function utcOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}
