import { CommandError } from '../command-error.ts';
import { DAY_MS, dayNumber, dayNumberOfIsoWeek, daysInMonth } from './calendar.ts';
import { MONTH_NAMES } from './date-format.ts';
import type { TimeZone } from './time-zone.ts';

const conversionFailure = (message: string): CommandError => new CommandError(241, message);

/** What was read from a text. Offsets are minutes east of Greenwich. */
interface DateReading {
  year?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  isoYear?: number;
  isoWeek?: number;
  isoWeekday?: number;
  hour?: number;
  minute?: number;
  second?: number;
  millisecond?: number;
  offsetMinutes?: number;
}

const DATE_TEXT =
  /^\s*(\d{4})(?:-(\d{1,2})-(\d{1,2})|\/(\d{1,2})\/(\d{1,2})|(\d{2})(\d{2}))(?:(?:[Tt]|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?\s*$/;
const MONTH_FIRST_TEXT =
  /^\s*([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?\s*$/;

/**
 * Reads a date without a format: ISO 8601 with `-` or none between the parts, `yyyy/mm/dd`, and `Month day, year`. timelib, which
 * MongoDB uses, knows more; here everything else is error 241 ConversionFailure.
 */
export function parseDateText(text: string, zone: TimeZone): Date {
  const numeric = DATE_TEXT.exec(text);
  if (numeric !== null) {
    const [, year, m1, d1, m2, d2, m3, d3, ...time] = numeric;
    return resolve(
      text,
      { year: Number(year), month: Number(m1 ?? m2 ?? m3), day: Number(d1 ?? d2 ?? d3), ...timeOf(time) },
      zone,
    );
  }
  const named = MONTH_FIRST_TEXT.exec(text);
  const month = named === null ? undefined : monthNumber(named[1] ?? '');
  if (named === null || month === undefined) throw conversionFailure(`Error parsing date string '${text}'`);
  const [, , day, year, ...time] = named;
  return resolve(text, { year: Number(year), month, day: Number(day), ...timeOf(time) }, zone);
}

function timeOf([hour, minute, second, fraction, offset]: readonly (string | undefined)[]): DateReading {
  const reading: DateReading = {};
  if (hour !== undefined) reading.hour = Number(hour);
  if (minute !== undefined) reading.minute = Number(minute);
  if (second !== undefined) reading.second = Number(second);
  if (fraction !== undefined) reading.millisecond = Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (offset !== undefined) reading.offsetMinutes = offsetMinutes(offset);
  return reading;
}

function offsetMinutes(text: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (match === null) return 0;
  return (Number(match[2]) * 60 + Number(match[3] ?? 0)) * (match[1] === '-' ? -1 : 1);
}

function monthNumber(text: string): number | undefined {
  const lower = text.toLowerCase();
  const index = MONTH_NAMES.findIndex((name) => name.toLowerCase() === lower || name.slice(0, 3).toLowerCase() === lower);
  return index < 0 ? undefined : index + 1;
}

/** One specifier: how its text looks, and where what it says goes. */
interface Specifier {
  readonly pattern: string;
  readonly read: (reading: DateReading, text: string) => void;
}

const number = (digits: string, name: keyof DateReading): Specifier => ({
  pattern: `(\\d${digits})`,
  read: (reading, text) => {
    reading[name] = Number(text);
  },
});

const monthText: Specifier = {
  pattern: '([A-Za-z]{3,9})',
  read: (reading, text) => {
    const month = monthNumber(text);
    if (month === undefined) throw conversionFailure(`Error parsing date string: a textual month could not be found '${text}'`);
    reading.month = month;
  },
};

const SPECIFIERS: Readonly<Record<string, Specifier>> = {
  b: monthText,
  B: monthText,
  d: number('{1,2}', 'day'),
  G: number('{4}', 'isoYear'),
  H: number('{1,2}', 'hour'),
  j: number('{1,3}', 'dayOfYear'),
  L: {
    pattern: '(\\d{1,3})',
    read: (reading, text) => {
      reading.millisecond = Number(text.padEnd(3, '0'));
    },
  },
  m: number('{1,2}', 'month'),
  M: number('{1,2}', 'minute'),
  S: number('{1,2}', 'second'),
  u: number('{1}', 'isoWeekday'),
  V: number('{1,2}', 'isoWeek'),
  Y: number('{4}', 'year'),
  z: {
    pattern: '(Z|z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)',
    read: (reading, text) => {
      reading.offsetMinutes = offsetMinutes(text);
    },
  },
  Z: {
    pattern: '([+-]?\\d{1,4})',
    read: (reading, text) => {
      reading.offsetMinutes = Number(text);
    },
  },
};

/** A parser for one format of `$dateFromString`; unknown specifiers are error 18536, a lone `%` at the end 18535. */
export function compileDateFormat(format: string): (text: string, zone: TimeZone) => Date {
  const readers: Specifier['read'][] = [];
  let source = '';
  for (const [piece, specifier] of format.matchAll(/%([^])|[^%]+|%/gu)) {
    if (specifier === '%' || specifier === undefined) source += escapePattern(specifier ?? literal(piece));
    else {
      const found = Object.hasOwn(SPECIFIERS, specifier) ? SPECIFIERS[specifier] : undefined;
      if (found === undefined) throw new CommandError(18536, `Invalid format character '%${specifier}' in format string`);
      source += found.pattern;
      readers.push(found.read);
    }
  }
  const expression = new RegExp(`^${source}$`, 'u');
  return (text, zone) => {
    const match = expression.exec(text);
    if (match === null) throw conversionFailure(`Error parsing date string '${text}'; it does not have the format '${format}'`);
    const reading: DateReading = {};
    for (const [index, read] of readers.entries()) read(reading, match[index + 1] ?? '');
    return resolve(text, reading, zone);
  };
}

function literal(piece: string): string {
  if (piece === '%') throw new CommandError(18535, "Unmatched '%' at end of format string");
  return piece;
}

const escapePattern = (text: string): string =>
  text.replace(/[\\^$.*+?()[\]{}|/-]/g, (character) => (character === '-' ? '-' : `\\${character}`));

function resolve(text: string, reading: DateReading, zone: TimeZone): Date {
  const { hour = 0, minute = 0, second = 0, millisecond = 0 } = reading;
  const isTimeWrong = hour > 24 || minute > 59 || second > 60 || (hour === 24 && minute + second + millisecond > 0);
  if (isTimeWrong) throw conversionFailure(`Error parsing date string '${text}'; the parsed time was invalid`);
  const hasPartOfTime = reading.minute === undefined && reading.second !== undefined;
  if (hasPartOfTime || (reading.hour === undefined && reading.minute !== undefined)) throw incomplete(text);
  const wall = dayOf(text, reading) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond;
  if (reading.offsetMinutes === undefined) return new Date(zone.instantOf(wall));
  if (!zone.isUtc)
    throw conversionFailure('you cannot pass in a date/time string with time zone information together with a timezone argument');
  return new Date(wall - reading.offsetMinutes * 60_000);
}

const incomplete = (text: string): CommandError =>
  conversionFailure(`an incomplete date/time string has been found, with elements missing: "${text}"`);

function dayOf(text: string, { year, month, day, dayOfYear, isoYear, isoWeek, isoWeekday }: DateReading): number {
  if (isoYear !== undefined && (year !== undefined || month !== undefined || day !== undefined))
    throw conversionFailure(`Error parsing date string '${text}'; ISO dates and natural dates cannot be mixed`);
  if (isoYear !== undefined) return dayNumberOfIsoWeek(isoYear, isoWeek ?? 1, isoWeekday ?? 1);
  if (year !== undefined && dayOfYear !== undefined) return dayNumber(year, 1, dayOfYear);
  if (year === undefined || month === undefined || day === undefined) throw incomplete(text);
  const isValid = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!isValid) throw conversionFailure(`Error parsing date string '${text}'; the parsed date was invalid`);
  return dayNumber(year, month, day);
}
