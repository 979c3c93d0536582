import { CommandError } from '../command-error.ts';
import { dayOfYear, isoWeek, isoWeekday, weekday, weekOfYear } from './calendar.ts';
import type { LocalTime } from './time-zone.ts';

export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

type Formatter = (local: LocalTime, offsetMs: number) => string;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** The specifiers of `$dateToString`. */
const FORMATTERS: Readonly<Record<string, Formatter>> = {
  '%': () => '%',
  b: ({ month }) => (MONTH_NAMES[month - 1] ?? '').slice(0, 3),
  B: ({ month }) => MONTH_NAMES[month - 1] ?? '',
  d: ({ day }) => pad(day, 2),
  G: (local) => pad(assertYear(isoWeek(local).year), 4),
  H: ({ hour }) => pad(hour, 2),
  j: (local) => pad(dayOfYear(local), 3),
  L: ({ millisecond }) => pad(millisecond, 3),
  m: ({ month }) => pad(month, 2),
  M: ({ minute }) => pad(minute, 2),
  S: ({ second }) => pad(second, 2),
  u: (local) => String(isoWeekday(local)),
  U: (local) => pad(weekOfYear(local), 2),
  V: (local) => pad(isoWeek(local).week, 2),
  w: (local) => String(weekday(local) + 1),
  Y: ({ year }) => pad(assertYear(year), 4),
  z: (_local, offsetMs) => offsetText(offsetMs),
  Z: (_local, offsetMs) => String(Math.trunc(offsetMs / 60_000)),
};

/** Splits a format into literal text and formatters; unknown specifiers are error 18536, a lone `%` at the end 18535. */
export function compileFormat(format: string): Formatter {
  const parts: (string | Formatter)[] = [];
  for (const [piece, specifier] of format.matchAll(/%([^])|[^%]+|%/gu)) {
    if (specifier !== undefined) parts.push(formatterOf(specifier));
    else if (piece === '%') throw new CommandError(18535, "Unmatched '%' at end of format string");
    else parts.push(piece);
  }
  return (local, offsetMs) => parts.map((part) => (typeof part === 'string' ? part : part(local, offsetMs))).join('');
}

function formatterOf(specifier: string): Formatter {
  const formatter = Object.hasOwn(FORMATTERS, specifier) ? FORMATTERS[specifier] : undefined;
  if (formatter === undefined) throw new CommandError(18536, `Invalid format character '%${specifier}' in format string`);
  return formatter;
}

function assertYear(year: number): number {
  if (year >= 0 && year <= 9999) return year;
  throw new CommandError(18537, `$dateToString is only defined on year 0-9999, tried to use year ${year}`);
}

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.trunc(offsetMs / 60_000));
  return `${offsetMs < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}${pad(minutes % 60, 2)}`;
}
