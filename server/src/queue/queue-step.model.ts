import type { CategoryCode, UserId } from '#contracts/ids.contract';
import type { Language } from '#contracts/directory.contract';
import { callingWindow, minutesUntilClosing, type CallingHours } from '../calendar/calling-hours.model.ts';
import { WRAP_UP_MS, type Call } from '../calls/call.model.ts';
import { farewell, greeting, languageChosen, standing, type Place } from './queue-announcements.model.ts';
import type { QueueRules } from './queue-rules.ts';
import { isReturned } from './queueing.model.ts';

/** A pick-up or a dismissal of which nothing was heard is asked for again: the server may have died before sending it. */
const REPEAT_PICK_UP_MS = 5_000;
const REPEAT_DISMISSAL_MS = 90_000;
/** The longest announcement; its end may never be told. */
const LONGEST_SPEECH_MS = 60_000;

/** The next thing to do about one waiting call. */
export type QueueStep =
  | { do: 'wait' }
  /** It rang at this desk in vain. */
  | { do: 'take-back'; agentId: UserId }
  | { do: 'offer'; agentId: UserId }
  | { do: 'pick-up' }
  /** `spokenIn` null: nothing was said yet about where the caller stands. */
  | { do: 'say'; sounds: string[]; spokenIn: Language | null }
  | { do: 'dismiss'; reason: 'closed' | 'no-agent'; sounds: string[] };

export interface QueueSituation {
  at: Date;
  rules: QueueRules;
  hours: CallingHours;
  /** Who is to be offered the call next; null when nobody is free. */
  agentId: UserId | null;
  place: Place;
}

const WAIT: QueueStep = { do: 'wait' };

/** Decides about one call that waits, from nothing but what is stored and the time: a restart changes nothing. */
export function nextStep(call: Call, situation: QueueSituation): QueueStep {
  const { at, rules, hours, agentId } = situation;
  const { dismissal, since } = call.queueing;
  const sinceMs = (instant: string): number => at.getTime() - Date.parse(instant);
  if (dismissal !== null) return sinceMs(dismissal.at) < REPEAT_DISMISSAL_MS ? WAIT : dismiss(call, dismissal.reason);
  if (call.phase === 'offered') {
    if (call.agentId === null || sinceMs(call.offeredAt ?? since) < rules.ringSeconds * 1_000) return WAIT;
    return { do: 'take-back', agentId: call.agentId };
  }
  if (cameTooLate(call, hours)) return dismiss(call, 'closed');
  if (agentId !== null) return { do: 'offer', agentId };
  if (sinceMs(since) >= rules.maximumWaitSeconds * 1_000) return dismiss(call, 'no-agent');
  return call.queueing.heardSince === null ? pickUp(call, sinceMs) : speak(call, situation, sinceMs);
}

/** Whose agents may be offered this call now: those of its category, and after a while those with the right for overflow. */
export function offerableCategories(call: Call, { at, rules }: Pick<QueueSituation, 'at' | 'rules'>): CategoryCode[][] {
  const own = [call.categoryCode];
  const isOverflowing = at.getTime() - Date.parse(call.queueing.since) >= rules.overflowAfterSeconds * 1_000;
  const others = rules.overflow[call.categoryCode] ?? [];
  return isOverflowing && others.length > 0 ? [own, others] : [own];
}

/** Who gave the call back comes first, then the longest wait. */
export function inTurn(calls: readonly Call[]): Call[] {
  return calls.toSorted(
    (a, b) =>
      Number(isReturned(b)) - Number(isReturned(a)) ||
      a.queueing.since.localeCompare(b.queueing.since) ||
      a.id.localeCompare(b.id),
  );
}

/** A caller's place among those of the category who wait for an agent, 1 is next. `queue` is in turn. */
export function positionOf(call: Call, queue: readonly Call[]): number {
  const before = queue.filter(
    (one) => one.categoryCode === call.categoryCode && one.phase === 'queued' && one.queueing.dismissal === null,
  );
  const index = before.findIndex(({ id }) => id === call.id);
  return index < 0 ? before.length + 1 : index + 1;
}

/** Every agent frees up once in the time a call takes; rounded up to whole minutes. Null when nobody works. */
export function expectedWaitMinutes(figures: { position: number; handlingSeconds: number; agents: number }): number | null {
  const { position, handlingSeconds, agents } = figures;
  return agents === 0 ? null : Math.max(1, Math.ceil((position * handlingSeconds) / agents / 60));
}

/** Talk and wrap-up of one call on average; `otherwise` as long as there is none to learn from. */
export function averageHandlingSeconds(talksMs: readonly number[], otherwise: number): number {
  if (talksMs.length === 0) return otherwise;
  const talkMs = talksMs.reduce((sum, one) => sum + one, 0) / talksMs.length;
  return Math.round((talkMs + WRAP_UP_MS) / 1_000);
}

/** Judged by the moment of arrival, so that whoever came in time is served. Whoever was served already is not sent away. */
const cameTooLate = (call: Call, hours: CallingHours): boolean =>
  !isReturned(call) && call.queueing.heardSince === null && !callingWindow(hours, new Date(call.startedAt)).isOpen;

const dismiss = (call: Call, reason: 'closed' | 'no-agent'): QueueStep => ({
  do: 'dismiss',
  reason,
  sounds: farewell(reason, call),
});

function pickUp(call: Call, sinceMs: (instant: string) => number): QueueStep {
  const { pickUpAt } = call.queueing;
  return pickUpAt === null || sinceMs(pickUpAt) >= REPEAT_PICK_UP_MS ? { do: 'pick-up' } : WAIT;
}

function speak(call: Call, { rules, hours, place }: QueueSituation, sinceMs: (instant: string) => number): QueueStep {
  const { saidAt, isSpeaking, spokenIn, hasChosenLanguage } = call.queueing;
  const { language } = call;
  if (hasChosenLanguage && spokenIn !== language)
    return { do: 'say', sounds: languageChosen(language, place), spokenIn: language };
  if (saidAt === null) {
    const minutes = minutesUntilClosing(hours, new Date(call.startedAt));
    const isClosing = minutes !== null && minutes <= rules.closingNoticeMinutes;
    return { do: 'say', sounds: greeting({ isClosing }), spokenIn: null };
  }
  const pauseMs = rules.announceEverySeconds * 1_000 + (isSpeaking ? LONGEST_SPEECH_MS : 0);
  return sinceMs(saidAt) < pauseMs ? WAIT : { do: 'say', sounds: standing(language, place), spokenIn: language };
}
