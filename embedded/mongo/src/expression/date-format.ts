import { CommandError } from '../command-error.ts';
import type { LocalTime } from './time-zone.ts';

/** Formats a date with MongoDB's `%` specifiers; unknown ones are error 18536. */
export function formatDate(pattern: string, local: LocalTime, offsetMs: number): string {
  let text = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? '';
    if (character !== '%') {
      text += character;
      continue;
    }
    index += 1;
    text += formatSpecifier(pattern[index], local, offsetMs);
  }
  return text;
}

function formatSpecifier(specifier: string | undefined, local: LocalTime, offsetMs: number): string {
  switch (specifier) {
    case '%':
      return '%';
    case 'Y':
    case 'G':
      return pad(specifier === 'Y' ? assertYear(local.year) : isoWeek(local).year, 4);
    case 'm':
      return pad(local.month, 2);
    case 'd':
      return pad(local.day, 2);
    case 'H':
      return pad(local.hour, 2);
    case 'M':
      return pad(local.minute, 2);
    case 'S':
      return pad(local.second, 2);
    case 'L':
      return pad(local.millisecond, 3);
    case 'j':
      return pad(dayOfYear(local), 3);
    case 'u':
      return String(isoWeekday(local));
    case 'w':
      return String((isoWeekday(local) % 7) + 1);
    case 'V':
      return pad(isoWeek(local).week, 2);
    case 'z':
      return offsetText(offsetMs);
    case 'Z':
      return String(Math.trunc(offsetMs / 60_000));
    default:
      throw new CommandError(18536, `Invalid format character '%${specifier ?? ''}' in format string`);
  }
}

function assertYear(year: number): number {
  if (year < 0 || year > 9999)
    throw new CommandError(18537, `$dateToString is only defined on year 0-9999, tried to use year ${year}`);
  return year;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.trunc(offsetMs / 60_000));
  return `${offsetMs < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}${pad(minutes % 60, 2)}`;
}

const dayNumber = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / 86_400_000;
const dayOfYear = (local: LocalTime): number => dayNumber(local.year, local.month, local.day) - dayNumber(local.year, 1, 1) + 1;
const isoWeekday = (local: LocalTime): number => new Date(Date.UTC(local.year, local.month - 1, local.day)).getUTCDay() || 7;

/** ISO 8601: the week belongs to the year that holds its Thursday. */
function isoWeek(local: LocalTime): { year: number; week: number } {
  const thursday = new Date((dayNumber(local.year, local.month, local.day) + 4 - isoWeekday(local)) * 86_400_000);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() / 86_400_000 - dayNumber(year, 1, 1)) / 7) + 1;
  return { year, week };
}
