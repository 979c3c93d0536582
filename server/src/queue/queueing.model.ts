import type { CallbackView } from '#contracts/callbacks.contract';
import type { Language } from '#contracts/directory.contract';
import type { EndCause } from '#contracts/call-results.contract';
import type { CallPhase } from '#contracts/calls.contract';
import type { PhoneNumber } from '#contracts/ids.contract';

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
export const isWaiting = ({ phase }: { phase: CallPhase }): boolean => phase === 'queued' || phase === 'offered';

/** An agent gave the call back, or a blind transfer found nobody: it goes before all others. */
export const isReturned = ({ handOvers }: { handOvers: number }): boolean => handOvers > 0;

/** The end of a wait: nobody served the caller. A caller who withheld the number is counted and cannot be called back. */
export function missed({ queueing, number }: { queueing: Queueing; number: PhoneNumber | null }, cause: EndCause): Queueing {
  const missedFor = queueing.dismissal?.reason ?? (cause === 'abandoned' ? 'abandoned' : 'no-agent');
  return { ...queueing, isSpeaking: false, missedFor, followUp: number === null ? 'none' : 'due' };
}
