import { addDays, isHoliday, weekday, type CivilDate } from './japanese-holidays.model.ts';

/** Closed by custom from 29 December to 3 January (DOMAIN R13). */
function isYearEnd({ month, day }: CivilDate): boolean {
  return (month === 12 && day >= 29) || (month === 1 && day <= 3);
}

/** A day on which the centre works: Monday to Friday, no holiday, not at year-end (DOMAIN R13). */
export function isBusinessDay(date: CivilDate): boolean {
  const dayOfWeek = weekday(date);
  return dayOfWeek !== 0 && dayOfWeek !== 6 && !isYearEnd(date) && !isHoliday(date);
}

/** Business days left in the month, this day included. */
export function businessDaysLeft(date: CivilDate): number {
  let count = 0;
  for (let day = date; day.month === date.month; day = addDays(day, 1)) {
    if (isBusinessDay(day)) count += 1;
  }
  return count;
}
