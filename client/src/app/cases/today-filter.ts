import type { CaseRow } from '#contracts/cases.contract';
import type { CategoryCode } from '#contracts/ids.contract';

export const ROW_FILTERS = ['open', 'done', 'stopped', 'all'] as const;
export type RowFilter = (typeof ROW_FILTERS)[number];

export interface TodayFilter {
  state: RowFilter;
  /** Null for every category. */
  category: CategoryCode | null;
}

/** The rows of the list that a filter leaves, in the list's own order: it never changes under the hand. */
export function filterRows(rows: readonly CaseRow[], filter: TodayFilter): CaseRow[] {
  return rows.filter(
    (row) =>
      (filter.state === 'all' || row.state === filter.state) &&
      (filter.category === null || row.categories.includes(filter.category)),
  );
}
