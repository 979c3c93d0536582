export const DAY_MS = 86_400_000;

/** Days since 1970-01-01 in the Gregorian calendar; months and days beyond their range are carried over. */
export function dayNumber(year: number, month: number, day: number): number {
  const date = new Date(0);
  // Unlike Date.UTC this takes years 0 to 99 as they are.
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / DAY_MS;
}

const weekdayOf = (days: number): number => (((days + 4) % 7) + 7) % 7;

/** A day of the Gregorian calendar; months count from 1. */
export interface LocalDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export const dayNumberOf = ({ year, month, day }: LocalDate): number => dayNumber(year, month, day);
/** 0 for Sunday to 6 for Saturday. */
export const weekday = (date: LocalDate): number => weekdayOf(dayNumberOf(date));
/** 1 for Monday to 7 for Sunday, as ISO 8601 counts. */
export const isoWeekday = (date: LocalDate): number => weekday(date) || 7;
/** 1 to 366. */
export const dayOfYear = (date: LocalDate): number => dayNumberOf(date) - dayNumber(date.year, 1, 1) + 1;
/** Weeks begin on Sunday; the days before the first one are week 0. */
export const weekOfYear = (date: LocalDate): number => Math.floor((dayOfYear(date) + 6 - weekday(date)) / 7);
export const daysInMonth = (year: number, month: number): number => dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);

/** ISO 8601: the week belongs to the year that holds its Thursday. */
export function isoWeek(date: LocalDate): { readonly year: number; readonly week: number } {
  const thursday = dayNumberOf(date) + 4 - isoWeekday(date);
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  return { year, week: Math.floor((thursday - dayNumber(year, 1, 1)) / 7) + 1 };
}

/** Day number of a date given by ISO week; parts beyond their range are carried over. */
export function dayNumberOfIsoWeek(year: number, week: number, day: number): number {
  const fourth = dayNumber(year, 1, 4);
  return fourth - ((weekdayOf(fourth) + 6) % 7) + (week - 1) * 7 + day - 1;
}
