import type { CivilDate } from './japanese-holidays.model.ts';

/** Japan has no daylight saving time: the offset is constant. */
const OFFSET_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;

const shifted = (at: Date): Date => new Date(at.getTime() + OFFSET_MS);

/** The date in Japan at an instant. */
export function japanDate(at: Date): CivilDate {
  const local = shifted(at);
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

/** YYYY-MM-DD in Japan at an instant. */
export function japanDateText(at: Date): string {
  return shifted(at).toISOString().slice(0, 10);
}

/** YYYY-MM in Japan at an instant. */
export function japanMonthText(at: Date): string {
  return japanDateText(at).slice(0, 7);
}

/** Minutes since midnight in Japan. */
export function japanMinutes(at: Date): number {
  const local = shifted(at);
  return local.getUTCHours() * 60 + local.getUTCMinutes();
}

/** The instant at which the day began in Japan. */
export function startOfJapanDay(at: Date): Date {
  return new Date(Math.floor(shifted(at).getTime() / DAY_MS) * DAY_MS - OFFSET_MS);
}

/** The instant at which the month began in Japan. */
export function startOfJapanMonth(at: Date): Date {
  const { year, month } = japanDate(at);
  return new Date(Date.UTC(year, month - 1, 1) - OFFSET_MS);
}
