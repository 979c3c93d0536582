import type { Locale } from '#contracts/users.contract';

/** First day of each era, newest first (Cabinet orders on era names; Meiji counts from the Gregorian calendar's start). */
const ERAS = [
  { name: '令和', from: '2019-05-01', firstYear: 2019 },
  { name: '平成', from: '1989-01-08', firstYear: 1989 },
  { name: '昭和', from: '1926-12-25', firstYear: 1926 },
  { name: '大正', from: '1912-07-30', firstYear: 1912 },
  { name: '明治', from: '1873-01-01', firstYear: 1868 },
] as const;

const WEEKDAYS = ['日', '月', '火', '水', '木', '金', '土'] as const;
const FISCAL_YEAR_STARTS_IN_MONTH = 4;

/**
 * `full` 令和8年12月1日(2026-12-01), `table` 令和8年12月1日, `list` 12月1日 within the fiscal year,
 * `plan` the same with the weekday, `day` 令和8年12月1日(火).
 */
export type DateForm = 'full' | 'table' | 'list' | 'plan' | 'day';

interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Era and year of a date, 「令和8年」; the first year of an era is 元年. A date before Meiji 6 keeps its AD year. */
export function eraYear(date: string): string {
  const era = ERAS.find((each) => date >= each.from);
  const { year } = partsOf(date);
  if (!era) return `${year}年`;
  const count = year - era.firstYear + 1;
  return `${era.name}${count === 1 ? '元' : count}年`;
}

/** The fiscal year (April to March) that a date falls in. */
export function fiscalYearOf(date: string): number {
  const { year, month } = partsOf(date);
  return month >= FISCAL_YEAR_STARTS_IN_MONTH ? year : year - 1;
}

/** A calendar date (YYYY-MM-DD) in words. `today` decides whether `list` may leave the year out. */
export function formatDate(date: string, form: DateForm, locale: Locale, today: string): string {
  const hasYear = form === 'full' || form === 'table' || form === 'day' || fiscalYearOf(date) !== fiscalYearOf(today);
  return locale === 'ja' ? japanese(date, form, hasYear) : english(date, form, hasYear);
}

/** 年度 of an AD fiscal year: 「令和7年度」, or "FY2025". */
export function formatFiscalYear(fiscalYear: number, locale: Locale): string {
  return locale === 'ja' ? `${eraYear(`${fiscalYear}-05-01`)}度` : `FY${fiscalYear}`;
}

function japanese(date: string, form: DateForm, hasYear: boolean): string {
  const { month, day } = partsOf(date);
  const words = `${hasYear ? eraYear(date) : ''}${month}月${day}日`;
  if (form === 'full') return `${words}(${date})`;
  return form === 'plan' || form === 'day' ? `${words}(${WEEKDAYS[weekdayOf(date)] ?? ''})` : words;
}

function english(date: string, form: DateForm, hasYear: boolean): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(hasYear && { year: 'numeric' }),
    ...((form === 'plan' || form === 'day') && { weekday: 'short' }),
    timeZone: 'UTC',
  }).format(new Date(`${date}T00:00:00Z`));
}

function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

function partsOf(date: string): DateParts {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return { year, month, day };
}
