import type { CallbackView } from '#contracts/callbacks.contract';
import type { Language } from '#contracts/directory.contract';
import type { FactOf } from '#contracts/gateway.contract';
import { RESIDENT } from '#contracts/parties.contract';
import type { Call } from '../calls/call.model.ts';
import { toQueue } from '../calls/hand-over.model.ts';

/** Why a caller was not served. */
export type MissedFor = CallbackView['reason'];

/** What is known of a caller's wait beside the call itself: enough to go on with it after a restart at any moment. */
export interface Queueing {
  /** Since when they wait: their arrival, or the moment an agent gave them back. */
  since: string;
  /** When they were last asked to be picked up; null: never. */
  pickUpAt: string | null;
  /** Since when they hear music; null while they hear ringback. */
  heardSince: string | null;
  /** When the last announcement began, or ended when its end was told. */
  saidAt: string | null;
  isSpeaking: boolean;
  /** The language in which they were last told where they stand. */
  spokenIn: Language | null;
  hasChosenLanguage: boolean;
  /** Why they are being sent away, and when that was last asked for. */
  dismissal: { reason: 'closed' | 'no-agent'; at: string } | null;
  /** Why nobody served them; null while somebody may, or did. */
  missedFor: MissedFor | null;
  /** Whether somebody is to call them back: `due` until the task is written. */
  followUp: 'none' | 'due' | 'done';
}

export const newQueueing = (since: string): Queueing => ({
  since,
  pickUpAt: null,
  heardSince: null,
  saidAt: null,
  isSpeaking: false,
  spokenIn: null,
  hasChosenLanguage: false,
  dismissal: null,
  missedFor: null,
  followUp: 'none',
});

/** Nobody talks with the resident: the call waits, or rings at a desk. */
export const isWaiting = ({ phase }: Pick<Call, 'phase'>): boolean => phase === 'queued' || phase === 'offered';

/** An agent gave the call back, or a blind transfer found nobody: it goes before all others. */
export const isReturned = ({ handOvers }: Pick<Call, 'handOvers'>): boolean => handOvers > 0;

const withQueueing = (call: Call, change: Partial<Queueing>): Call => ({ ...call, queueing: { ...call.queueing, ...change } });

/** The caller hears music: picked up, or given back by an agent. */
export function noteQueued(call: Call, at: string): Call {
  const returned = toQueue(call);
  if (returned !== call) {
    const { hasChosenLanguage } = call.queueing;
    // Whoever talked with us already needs no greeting; the next announcement says where they stand.
    const queueing = { ...newQueueing(at), heardSince: at, saidAt: at, spokenIn: call.language, hasChosenLanguage };
    return { ...returned, queueing };
  }
  return isWaiting(call) && call.queueing.heardSince === null ? withQueueing(call, { heardSince: at }) : call;
}

const LANGUAGE_OF_KEY: Readonly<Record<string, Language>> = { '1': 'ja', '2': 'en', '3': 'vi', '4': 'ne' };

/** A key pressed in the queue chooses the language; the last one counts. */
export function noteDigit(call: Call, { party, digit }: FactOf<'call.digit'>): Call {
  const language = LANGUAGE_OF_KEY[digit];
  if (!isWaiting(call) || party !== RESIDENT || language === undefined) return call;
  if (call.queueing.hasChosenLanguage && call.language === language) return call;
  return { ...withQueueing(call, { hasChosenLanguage: true, spokenIn: null }), language };
}

/** An announcement was played to its end; the pause until the next begins. */
export function noteAnnounced(call: Call, { party }: FactOf<'call.announced'>, at: string): Call {
  const { isSpeaking, saidAt } = call.queueing;
  const isLast = isSpeaking && saidAt !== null && at > saidAt;
  return isWaiting(call) && party === RESIDENT && isLast ? withQueueing(call, { isSpeaking: false, saidAt: at }) : call;
}

/** The end of a wait: nobody served the caller. A caller who withheld the number is counted and cannot be called back. */
export function missed({ queueing, number }: Call, cause: FactOf<'call.ended'>['cause']): Queueing {
  const missedFor = queueing.dismissal?.reason ?? (cause === 'abandoned' ? 'abandoned' : 'no-agent');
  return { ...queueing, isSpeaking: false, missedFor, followUp: number === null ? 'none' : 'due' };
}
