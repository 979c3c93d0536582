import { CategoryCode } from '#contracts/ids.contract';
import { addDays, type CivilDate } from '../calendar/japanese-holidays.model.ts';
import type { AssessedDebt } from '../cases/case.model.ts';
import type { SeededRandom } from './random.ts';

/** How often a category occurs, after the person counts of DOMAIN R16, with the smallest raised so that a demonstration meets them. */
const FREQUENCY: readonly [readonly [string, number], ...(readonly [string, number])[]] = [
  ['04', 34],
  ['01', 24],
  ['05', 8],
  ['06', 8],
  ['07', 3],
  ['03', 6],
  ['02', 5],
  ['09', 7],
  ['08', 7],
  ['10', 5],
  ['11', 2],
];
const MAX_CATEGORIES = 3;
/** The first case a newcomer opens shows how several categories stand together. */
const FIRST_CATEGORIES = ['01', '04', '08'];

/** Debts of one person in one to three categories, all due before `today`. */
export function makeDebts(random: SeededRandom, today: CivilDate, person: number): AssessedDebt[] {
  const codes = new Set<string>(person === 1 ? FIRST_CATEGORIES : []);
  const wanted =
    person === 1
      ? FIRST_CATEGORIES.length
      : random.pickWeighted([
          [1, 60],
          [2, 30],
          [MAX_CATEGORIES, 10],
        ]);
  while (codes.size < wanted) codes.add(random.pickWeighted(FREQUENCY));
  return [...codes].sort().flatMap((code) => makeInstalments(random, { today, code, person }));
}

function makeInstalments(random: SeededRandom, of: { today: CivilDate; code: string; person: number }): AssessedDebt[] {
  const count = random.between(1, 5);
  const amount = random.between(22, 260) * 100;
  const monthsBack = random.between(0, 8);
  return Array.from({ length: count }, (_, index) => {
    const due = endOfMonth(of.today, -(monthsBack + count - index));
    const paid = index === 0 && random.chance(0.25) ? Math.floor(amount / 200) * 100 : 0;
    const fiscalYear = due.month >= 4 ? due.year : due.year - 1;
    return {
      categoryCode: CategoryCode.parse(of.code),
      fiscalYear,
      instalment: ((due.month + 8) % 12) + 1,
      noticeNumber: `${of.code}${String(fiscalYear % 100).padStart(2, '0')}${String(of.person).padStart(6, '0')}`,
      dueDate: [due.year, pad(due.month), pad(due.day)].join('-'),
      assessed: amount,
      paid,
      arrears: amount - paid,
    };
  });
}

/** The last day of the month that many months away. */
function endOfMonth(date: CivilDate, months: number): CivilDate {
  const first = new Date(Date.UTC(date.year, date.month + months, 1));
  return addDays({ year: first.getUTCFullYear(), month: first.getUTCMonth() + 1, day: 1 }, -1);
}

const pad = (value: number): string => String(value).padStart(2, '0');
