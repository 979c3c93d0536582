import type { CallbackId, CallbackView } from '#contracts/callbacks.contract';
import type { Language } from '#contracts/directory.contract';
import type { CallId, CategoryCode, PhoneNumber, UserId } from '#contracts/ids.contract';
import type { CallerCandidate } from '#contracts/calls.contract';
import type { ResultCode } from '#contracts/call-results.contract';
import { japanDateText } from '../calendar/japan-time.model.ts';
import type { Call } from '../calls/call.model.ts';
import { findCategory, toCategoryView } from '../cases/category.model.ts';
import { displayNumber } from '../cases/phone-number.model.ts';

/** Somebody whom nobody served and who shall be called back (DOMAIN R39). */
export interface Callback {
  id: CallbackId;
  version: number;
  /** Every call of theirs that was missed, the first one first. */
  callIds: CallId[];
  /** Personal data. */
  number: PhoneNumber;
  categoryCode: CategoryCode;
  language: Language;
  candidates: Pick<CallerCandidate, 'caseId' | 'nameMasked'>[];
  missedAt: string;
  waitedSeconds: number;
  reason: CallbackView['reason'];
  state: CallbackView['state'];
  takenBy: { userId: UserId; name: string } | null;
  /** Calls that were made for it. */
  dialled: CallId[];
  doneAt: string | null;
  /** Unique while it is not done: one task for a number, a category and a day. */
  openKey: string | null;
}

/** A call that was missed and whose number is known. */
export type MissedCall = Call & { number: PhoneNumber; endedAt: string };

/** One task for each number, category and day in Japan. */
export const openKeyOf = ({ number, categoryCode, endedAt }: MissedCall): string =>
  [number, categoryCode, japanDateText(new Date(endedAt))].join(' ');

export function newCallback(id: CallbackId, call: MissedCall): Callback {
  return {
    id,
    version: 1,
    callIds: [call.id],
    number: call.number,
    categoryCode: call.categoryCode,
    language: call.language,
    candidates: candidatesOf(call),
    missedAt: call.endedAt,
    waitedSeconds: waitedSeconds(call),
    reason: reasonOf(call),
    state: 'open',
    takenBy: null,
    dialled: [],
    doneAt: null,
    openKey: openKeyOf(call),
  };
}

/** They tried again: the task stays as old as the first miss. The same call twice changes nothing. */
export function missAgain(callback: Callback, call: MissedCall): Callback {
  if (callback.callIds.includes(call.id)) return callback;
  return {
    ...callback,
    callIds: [...callback.callIds, call.id],
    language: call.queueing.hasChosenLanguage ? call.language : callback.language,
    reason: reasonOf(call),
    waitedSeconds: Math.max(callback.waitedSeconds, waitedSeconds(call)),
  };
}

type Who = { userId: UserId; name: string };

/** Taking one's own again changes nothing. Null: somebody else has it. */
export function take(callback: Callback, { userId, name }: Who): Callback | null {
  if (callback.state === 'open') return { ...callback, state: 'taken', takenBy: { userId, name } };
  if (callback.state === 'taken' && callback.takenBy?.userId === userId) return callback;
  return null;
}

/** Only whoever took it gives it back, or a supervisor; null for anybody else. */
export function giveBack(callback: Callback, person: { userId: UserId; isSupervisor: boolean }): Callback | null {
  if (callback.state === 'open') return callback;
  return isHeldBy(callback, person) ? { ...callback, state: 'open', takenBy: null } : null;
}

/** As for giving it back. */
export function finish(callback: Callback, person: { userId: UserId; isSupervisor: boolean }, at: string): Callback | null {
  if (callback.state === 'done') return callback;
  return isHeldBy(callback, person) ? close(callback, at) : null;
}

/** Nothing is left to do. */
export const close = (callback: Callback, at: string): Callback =>
  callback.state === 'done' ? callback : { ...callback, state: 'done', doneAt: at, openKey: null };

export const linkDialled = (callback: Callback, callId: CallId): Callback =>
  callback.dialled.includes(callId) ? callback : { ...callback, dialled: [...callback.dialled, callId] };

/** Somebody was spoken to: the resident, the household, or a person who speaks another language; not a machine or a fax. */
const SPOKEN: readonly ResultCode[] = ['11', '12', '21', '51', '61'];

/**
 * Whether a call is the talk that a task waits for: of the same number and of a category that answers under the same number of ours,
 * after the miss. An inbound caller is a person as soon as an agent answers; of an outbound call the result tells.
 */
export function isTalkFor(callback: Callback, call: Call): boolean {
  if (call.number !== callback.number || call.answeredAt === null || call.answeredAt <= callback.missedAt) return false;
  const isOurs = findCategory(call.categoryCode)?.callerId === findCategory(callback.categoryCode)?.callerId;
  return isOurs && (call.direction === 'inbound' || (call.resultCode !== null && SPOKEN.includes(call.resultCode)));
}

/** What everybody with the right to the category sees; never the E.164 number. */
export function toCallbackView(callback: Callback): CallbackView {
  const category = findCategory(callback.categoryCode);
  const [callId] = callback.callIds;
  if (category === null || callId === undefined) throw new Error('A call-back names no category or no call.');
  const {
    id,
    version,
    number,
    language,
    candidates,
    missedAt,
    waitedSeconds: waited,
    reason,
    state,
    takenBy,
    callIds,
  } = callback;
  return {
    id,
    version,
    callId,
    category: toCategoryView(category),
    numberDisplay: displayNumber(number),
    language,
    candidates,
    missedAt,
    waitedSeconds: waited,
    reason,
    state,
    takenBy: takenBy?.name ?? null,
    attempts: callIds.length,
  };
}

/** Whether the person took it, or supervises. */
const isHeldBy = (callback: Callback, { userId, isSupervisor }: { userId: UserId; isSupervisor: boolean }): boolean =>
  isSupervisor || callback.takenBy?.userId === userId;

const reasonOf = ({ queueing }: Call): CallbackView['reason'] => queueing.missedFor ?? 'no-agent';

const waitedSeconds = ({ endedAt, queueing }: MissedCall): number =>
  Math.max(0, Math.round((Date.parse(endedAt) - Date.parse(queueing.since)) / 1_000));

/** Those of the task's own category: everybody who sees the task may know of them. */
const candidatesOf = ({ candidates, categoryCode }: Call): Callback['candidates'] =>
  candidates
    .filter(({ categories }) => categories.includes(categoryCode))
    .map(({ caseId, nameMasked }) => ({ caseId, nameMasked }));
