/** Month 1 to 12. A date without a time zone. */
export interface CivilDate {
  year: number;
  month: number;
  day: number;
}

type Rule = (year: number) => number | null;
const fixed =
  (day: number): Rule =>
  () =>
    day;
const monday =
  (nth: number, month: number): Rule =>
  (year) => {
    const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
    return 1 + ((8 - first) % 7) + (nth - 1) * 7;
  };
/** Equinox days by the approximation of the almanac (海上保安庁), right from 1980 to 2099. */
const equinox =
  (base: number): Rule =>
  (year) =>
    Math.floor(base + 0.242194 * (year - 1980) - Math.floor((year - 1980) / 4));

/** 国民の祝日に関する法律, art. 2, as in force since 2022. */
const HOLIDAYS: readonly [month: number, day: Rule][] = [
  [1, fixed(1)],
  [1, monday(2, 1)],
  [2, fixed(11)],
  [2, fixed(23)],
  [3, equinox(20.8431)],
  [4, fixed(29)],
  [5, fixed(3)],
  [5, fixed(4)],
  [5, fixed(5)],
  [7, monday(3, 7)],
  [8, fixed(11)],
  [9, monday(3, 9)],
  [9, equinox(23.2488)],
  [10, monday(2, 10)],
  [11, fixed(3)],
  [11, fixed(23)],
];

/** Whether the law names this day; substitutes and days between holidays follow in `isHoliday`. */
function isNamedHoliday({ year, month, day }: CivilDate): boolean {
  return HOLIDAYS.some(([holidayMonth, rule]) => holidayMonth === month && rule(year) === day);
}

/** National holidays with substitute holidays (art. 3 §2) and days between two holidays (art. 3 §3). Valid from 2022 to 2099. */
export function isHoliday(date: CivilDate): boolean {
  if (isNamedHoliday(date)) return true;
  if (isNamedHoliday(addDays(date, -1)) && isNamedHoliday(addDays(date, 1))) return true;
  // A holiday on a Sunday moves to the next day that is no holiday.
  for (let back = 1; isNamedHoliday(addDays(date, -back)); back += 1) {
    if (weekday(addDays(date, -back)) === 0) return true;
  }
  return false;
}

/** 0 is Sunday. */
export function weekday({ year, month, day }: CivilDate): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

export function addDays({ year, month, day }: CivilDate, days: number): CivilDate {
  const moved = new Date(Date.UTC(year, month - 1, day + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}
