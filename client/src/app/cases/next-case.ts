import type { CaseRow } from '#contracts/cases.contract';
import type { CaseId } from '#contracts/ids.contract';

/** The cases that may be called now, in the list's order, starting after `current` and wrapping round; `current` itself is left out. */
export function upcomingCases(rows: readonly CaseRow[], current: CaseId | null, nowMs: number): CaseRow[] {
  const at = rows.findIndex((row) => row.id === current);
  const round = [...rows.slice(at + 1), ...rows.slice(0, Math.max(0, at))];
  return round.filter((row) => row.state === 'open' && (row.nextCallAt === null || Date.parse(row.nextCallAt) <= nowMs));
}

/** The cases that come back later today, by their time. */
export function laterCases(rows: readonly CaseRow[], nowMs: number): CaseRow[] {
  return rows
    .filter((row) => row.state === 'open' && row.nextCallAt !== null && Date.parse(row.nextCallAt) > nowMs)
    .toSorted((a, b) => (a.nextCallAt ?? '').localeCompare(b.nextCallAt ?? ''));
}
