import type { Debt } from '#contracts/cases.contract';
import type { CategoryCode } from '#contracts/ids.contract';

/** Debts of one category, oldest due date first: the order in which they are talked about. */
export function debtsOf(debts: readonly Debt[], code: CategoryCode): Debt[] {
  return debts.filter((debt) => debt.categoryCode === code).toSorted((a, b) => a.dueDate.localeCompare(b.dueDate));
}

/** Sum of what is still owed, in yen. */
export function arrearsOf(debts: readonly Debt[]): number {
  return debts.reduce((sum, debt) => sum + debt.arrears, 0);
}
