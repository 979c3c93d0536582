import type { Fact, FactEnvelope } from '#contracts/gateway.contract';
import type { CallId } from '#contracts/ids.contract';

/** A call whose story the journal does not end: it runs, or the gateway died under it. */
export interface UnfinishedCall {
  readonly callId: CallId;
  readonly isEnded: boolean;
  readonly answeredAtMs: number | null;
  /** A recording was begun and neither `recording.ready` nor `recording.failed` followed. */
  readonly owesRecording: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Calls that began in these facts and are not over, or whose recording is not accounted for. */
export function unfinishedCalls(envelopes: Iterable<FactEnvelope>): Map<CallId, UnfinishedCall> {
  const calls = new Map<CallId, UnfinishedCall>();
  for (const envelope of envelopes) noteFact(calls, envelope);
  return calls;
}

/** Brings such a map up to date with one more fact. */
export function noteFact(calls: Map<CallId, UnfinishedCall>, { fact, at }: FactEnvelope): void {
  if (fact.type === 'call.dialling' || fact.type === 'call.arrived') {
    calls.set(fact.callId, { callId: fact.callId, isEnded: false, answeredAtMs: null, owesRecording: false });
    return;
  }
  if (!isCallFact(fact)) return;
  const known = calls.get(fact.callId);
  if (known === undefined) return;
  const call: Mutable<UnfinishedCall> = { ...known };
  if (fact.type === 'call.answered') {
    call.answeredAtMs = Date.parse(at);
    call.owesRecording = fact.isRecorded;
  } else if (fact.type === 'call.ended') call.isEnded = true;
  else call.owesRecording = false;
  if (call.isEnded && !call.owesRecording) calls.delete(fact.callId);
  else calls.set(fact.callId, call);
}

type CallFact = Extract<Fact, { type: 'call.answered' | 'call.ended' | 'recording.ready' | 'recording.failed' }>;

const isCallFact = (fact: Fact): fact is CallFact =>
  fact.type === 'call.answered' ||
  fact.type === 'call.ended' ||
  fact.type === 'recording.ready' ||
  fact.type === 'recording.failed';

/**
 * How a call ended that the gateway died under. `lastSignMs`: when the gateway last wrote anything, which may be the answer itself; the
 * recording, where one was saved, ran until the gateway died. Both are lower bounds of the talk.
 */
export function endAfterCrash({ callId, answeredAtMs }: UnfinishedCall, lastSignMs: number, recordedSeconds: number): Fact {
  const talkMs = answeredAtMs === null ? 0 : Math.max(0, lastSignMs - answeredAtMs, Math.round(recordedSeconds * 1_000));
  return { type: 'call.ended', callId, cause: 'gateway-lost', endedBy: 'system', sipStatus: null, talkMs };
}
