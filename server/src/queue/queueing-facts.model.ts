import type { Language } from '#contracts/directory.contract';
import type { FactOf } from '#contracts/gateway.contract';
import { RESIDENT } from '#contracts/parties.contract';
import type { Call } from '../calls/call.model.ts';
import { toQueue } from '../calls/hand-over.model.ts';
import { isWaiting, newQueueing, type Queueing } from './queueing.model.ts';

/* What the gateway's facts tell about a wait. Each answers the same call when it changes nothing. */

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
