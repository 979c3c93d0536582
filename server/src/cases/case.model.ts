import type { CasePhone, CaseRow, Debt, Flag, PhoneKind, TimelineEntry } from '#contracts/cases.contract';
import type { ResultCode } from '#contracts/call-results.contract';
import type { CallId, CaseId, CategoryCode, PhoneId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { maskName } from './masking.model.ts';

export interface Resident {
  name: string;
  kana: string;
  addresseeNumber: string;
  birthDate: string;
  ward: string;
  address: string;
  household: { isHead: boolean; size: number };
  language: 'ja' | 'en' | 'vi' | 'ne';
}

export interface ResidentPhone {
  id: PhoneId;
  kind: PhoneKind;
  number: PhoneNumber;
  display: string;
  answered: number;
  tried: number;
}

export interface AssessedDebt extends Debt {
  /** 通知書番号: printed on the resident's papers, one of the identity items. */
  noticeNumber: string;
}

/** One resident with what is owed, as the centre works on it. */
export interface Case {
  id: CaseId;
  version: number;
  person: Resident;
  flags: Flag[];
  phones: ResidentPhone[];
  debts: AssessedDebt[];
  categories: CategoryCode[];
  asOf: string;
  /** Whose list of the day it is on, and where. */
  assignedTo: UserId | null;
  order: number;
  isDone: boolean;
  lastResult: ResultCode | null;
  lastCallAt: string | null;
  nextCallAt: string | null;
}

/** Somebody was reached: the resident or the same household (DOMAIN §4.8). */
export const isContact = (result: ResultCode): boolean => result === '11' || result === '12';

/** Flags of kind S that have begun: each stops calls (DOMAIN §4.6). */
export function activeStopFlags(flags: readonly Flag[], today: string): Flag[] {
  return flags.filter((flag) => flag.code.startsWith('S') && flag.from <= today);
}

export function caseState(found: Pick<Case, 'flags' | 'isDone'>, today: string): CaseRow['state'] {
  if (activeStopFlags(found.flags, today).length > 0) return 'stopped';
  return found.isDone ? 'done' : 'open';
}

/** The debts this viewer may see: one category's officers do not learn of another's (DOMAIN §4.3). */
export function visibleDebts(found: Pick<Case, 'debts'>, categories: readonly CategoryCode[]): AssessedDebt[] {
  return found.debts.filter((debt) => categories.includes(debt.categoryCode));
}

export function toRow(
  found: Case,
  viewer: { categories: readonly CategoryCode[]; attemptsToday: number; today: string },
): CaseRow {
  return {
    id: found.id,
    order: found.order,
    nameMasked: maskName(found.person.name),
    kanaMasked: maskName(found.person.kana),
    ward: found.person.ward,
    categories: found.categories.filter((code) => viewer.categories.includes(code)),
    arrears: visibleDebts(found, viewer.categories).reduce((sum, debt) => sum + debt.arrears, 0),
    attemptsToday: viewer.attemptsToday,
    lastResult: found.lastResult,
    lastCallAt: found.lastCallAt,
    nextCallAt: found.nextCallAt,
    flags: found.flags,
    state: caseState(found, viewer.today),
  };
}

/** A number as screens get it: without the E.164 form, which is never needed there. */
export function toPhoneView({ id, kind, display, answered, tried }: ResidentPhone): CasePhone {
  return { id, kind, display, answered, tried };
}

const BUSY_RETRY_MS = 5 * 60_000;
const ABSENT_RETRY_MS = 60 * 60_000;
const NO_RETRY: readonly ResultCode[] = ['11', '12', '41', '42', '43', '61', '71'];

/** When to try again: after a busy tone soon, after an absence in an hour; not after a contact or on a number that is wrong. */
export function nextCallAt(result: ResultCode, endedAt: string): string | null {
  if (NO_RETRY.includes(result)) return null;
  const delayMs = result === '34' ? BUSY_RETRY_MS : ABSENT_RETRY_MS;
  return new Date(Date.parse(endedAt) + delayMs).toISOString();
}

/** One item of a resident's history as it is stored. */
export interface HistoryEntry extends Omit<TimelineEntry, 'callId'> {
  caseId: CaseId;
  /** The categories it is about: who may see it. */
  categories: CategoryCode[];
  callId: CallId | null;
  byUserId: UserId | null;
  /** One agent's part of a call that has an entry of its own: no attempt to reach the resident. */
  isPart?: boolean;
}
