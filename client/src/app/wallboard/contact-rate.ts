import type { WallboardView } from '#contracts/wallboard.contract';

type ContactRate = WallboardView['contactRate'];

/** A share in percent with two decimals, cut and never rounded: 39.97 is not 40. Null without a denominator. */
export function cutPercent(part: number, whole: number): string | null {
  if (whole <= 0) return null;
  return (Math.floor((part * 10_000) / whole) / 100).toFixed(2);
}

/** Persons still to be reached for the target. */
export function missingPersons({ reached, requested, targetPercent }: ContactRate): number {
  return Math.max(0, Math.ceil((requested * targetPercent) / 100 - 1e-9) - reached);
}

/** Persons a day, for the open days that are left; null when none is left and persons are missing. */
export function neededPace(rate: ContactRate): number | null {
  const missing = missingPersons(rate);
  if (missing === 0) return 0;
  return rate.openDaysLeft > 0 ? Math.ceil(missing / rate.openDaysLeft) : null;
}

/** Days of a month given as YYYY-MM. */
export function daysIn(month: string): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}
