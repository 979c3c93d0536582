import type {
  CallDirection,
  CallerCandidate,
  CallPhase,
  CallView,
  IdentityCheck,
  RecordingState,
} from '#contracts/calls.contract';
import type { EndCause, ResultCode } from '#contracts/call-results.contract';
import type { Language } from '#contracts/directory.contract';
import type { ChannelName } from '#contracts/recordings.contract';
import type { Fact } from '#contracts/gateway.contract';
import type { CallId, CaseId, CategoryCode, GatewayId, PhoneId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { applyPartyFact, NOBODY, twoParties, type CallParties } from './call-parties.model.ts';

/** What an agent should need to write up a call. */
const WRAP_UP_MS = 90_000;

export interface CallRecording {
  state: RecordingState;
  /** File name under the recordings folder. */
  file: string | null;
  seconds: number;
  channels: ChannelName[];
  sha256: string | null;
  concealedFrames: number[];
}

/** One call as the server knows it. */
export interface Call extends CallParties {
  id: CallId;
  version: number;
  direction: CallDirection;
  phase: CallPhase;
  agentId: UserId | null;
  caseId: CaseId | null;
  phoneId: PhoneId | null;
  categoryCode: CategoryCode;
  gatewayId: GatewayId;
  /** The other party's number; null when withheld. Personal data. */
  number: PhoneNumber | null;
  candidates: CallerCandidate[];
  startedAt: string;
  offeredAt: string | null;
  answeredAt: string | null;
  endedAt: string | null;
  cause: EndCause | null;
  endedBy: 'agent' | 'resident' | 'system' | null;
  talkMs: number;
  isMuted: boolean;
  /** What the caller chose in the queue. */
  language: Language;
  identity: IdentityCheck;
  /** Inbound: the candidate that the identity check is about. */
  comparedCaseId: CaseId | null;
  comparisons: number;
  recording: CallRecording;
  isRecordingPaused: boolean;
  draft: CallView['draft'];
  resultCode: ResultCode | null;
}

type Start = Pick<Call, 'id' | 'gatewayId' | 'categoryCode' | 'number' | 'startedAt'>;

function newCall(start: Start): Omit<Call, 'direction' | 'phase' | 'agentId' | 'caseId' | 'phoneId' | 'candidates'> {
  return {
    ...start,
    ...NOBODY,
    version: 1,
    offeredAt: null,
    answeredAt: null,
    endedAt: null,
    cause: null,
    endedBy: null,
    talkMs: 0,
    isMuted: false,
    language: 'ja',
    identity: {},
    comparedCaseId: null,
    comparisons: 0,
    recording: { state: 'none', file: null, seconds: 0, channels: [], sha256: null, concealedFrames: [] },
    isRecordingPaused: false,
    draft: { note: '', resultCode: null, contents: [], savedAt: null },
    resultCode: null,
  };
}

/** A call that an agent makes: it has an agent, a case and a number from the start. */
export type OutboundCall = Call & { agentId: UserId; caseId: CaseId; phoneId: PhoneId };

export function newOutboundCall(start: Start & Pick<OutboundCall, 'agentId' | 'caseId' | 'phoneId'>): OutboundCall {
  return { ...newCall(start), ...start, direction: 'outbound', phase: 'dialling', candidates: [] };
}

export function newInboundCall(start: Start & { candidates: CallerCandidate[] }): Call {
  return { ...newCall(start), ...start, direction: 'inbound', phase: 'queued', agentId: null, caseId: null, phoneId: null };
}

/** Still at the gateway: somebody rings, waits or talks. */
export const isRunning = (call: Pick<Call, 'phase'>): boolean => call.phase !== 'wrap-up' && call.phase !== 'done';

export const talkSeconds = (call: Pick<Call, 'talkMs'>): number => Math.round(call.talkMs / 1000);

/** When wrap-up should be over; null outside of it. */
export const wrapUpUntil = ({ phase, endedAt }: Pick<Call, 'phase' | 'endedAt'>): string | null =>
  phase === 'wrap-up' && endedAt !== null ? new Date(Date.parse(endedAt) + WRAP_UP_MS).toISOString() : null;

/** Two items of the identity check that match unlock disclosure (DOMAIN §4.5). */
export const isIdentified = (identity: IdentityCheck): boolean =>
  Object.values(identity).filter((verdict) => verdict === 'match').length >= 2;

type CallFact = Extract<Fact, { callId: CallId }>;

/**
 * What a fact changes. Answers the same object when it changes nothing: facts may come twice, and late after an outage.
 *
 * outbound: dialling -> ringing -> talking -> wrap-up -> done; inbound: queued -> offered -> talking -> wrap-up -> done,
 * straight to done when nobody answered.
 */
export function applyFact(call: Call, fact: CallFact, at: string): Call {
  switch (fact.type) {
    case 'call.ringing':
      return call.phase === 'dialling' ? { ...call, phase: 'ringing' } : call;
    case 'call.answered':
      return answer(call, fact, at);
    case 'call.ended':
      return isGuessedEnd(call) ? correctEnd(call, fact) : end(call, fact, at);
    case 'recording.ready':
      return keepRecording(call, fact);
    case 'recording.failed':
      return call.recording.file !== null || call.recording.state === 'failed'
        ? call
        : { ...call, recording: { ...call.recording, state: 'failed' } };
    case 'call.private':
    case 'party.invited':
    case 'party.ringing':
    case 'party.joined':
    case 'party.left':
    case 'party.changed':
      return isRunning(call) ? applyPartyFact(call, fact) : call;
    case 'recording.paused':
    case 'recording.resumed': {
      const isRecordingPaused = fact.type === 'recording.paused';
      return call.isRecordingPaused === isRecordingPaused ? call : { ...call, isRecordingPaused };
    }
    case 'call.arrived':
    case 'call.offered':
    case 'call.dialling':
    case 'call.digit':
    case 'call.queued':
    case 'call.announced':
    case 'call.owner-changed':
    case 'party.asked-to-repeat':
    case 'party.quality':
    case 'recording.closed':
    case 'recording.checked':
    case 'recording.unpacked':
      return call;
  }
}

function answer(call: Call, fact: { agentId: UserId; isRecorded: boolean }, at: string): Call {
  if (!isRunning(call) || call.phase === 'talking') return call;
  return {
    ...call,
    ...twoParties(fact.agentId),
    phase: 'talking',
    agentId: fact.agentId,
    answeredAt: at,
    recording: { ...call.recording, state: fact.isRecorded ? 'recording' : 'none' },
  };
}

/** A file that comes after a failure, or while the call goes on, lacks a part: it can be played, but never counts as whole. */
function keepRecording(call: Call, fact: Extract<Fact, { type: 'recording.ready' }>): Call {
  if (call.recording.file !== null) return call;
  const { file, seconds, channels, sha256, concealedFrames } = fact;
  const state = call.recording.state === 'failed' || isRunning(call) ? 'failed' : 'ready';
  const talkMs = isRunning(call) ? call.talkMs : talkTime(call, call.talkMs, seconds);
  return { ...call, talkMs, recording: { state, file, seconds, channels, sha256, concealedFrames } };
}

/** A gateway that crashed may not know how long an answered call lasted; what it recorded tells. */
function talkTime(call: Call, talkMs: number, recordedSeconds: number): number {
  return talkMs === 0 && call.answeredAt !== null ? Math.round(recordedSeconds * 1000) : talkMs;
}

/** Ended by the server because the gateway did not know the call; the gateway's own word may still be under way. */
const isGuessedEnd = (call: Call): boolean => call.phase === 'wrap-up' && call.cause === 'failed' && call.endedBy === 'system';

function correctEnd(call: Call, { cause, endedBy, talkMs }: Ending): Call {
  if (cause === 'failed' && endedBy === 'system') return call;
  return { ...call, cause, endedBy, talkMs: talkTime(call, talkMs, call.recording.seconds) };
}

type Ending = Pick<Extract<Fact, { type: 'call.ended' }>, 'cause' | 'endedBy' | 'talkMs'>;

/** Ends a running call: an outbound or answered one goes to wrap-up, a caller nobody answered is done with. */
export function end(call: Call, { cause, endedBy, talkMs }: Ending, at: string): Call {
  if (!isRunning(call)) return call;
  const needsWrapUp = call.direction === 'outbound' || call.answeredAt !== null;
  const isSaving = call.recording.state === 'recording';
  return {
    ...call,
    phase: needsWrapUp ? 'wrap-up' : 'done',
    endedAt: at,
    cause,
    endedBy,
    talkMs: talkTime(call, talkMs, call.recording.seconds),
    isMuted: false,
    parties: [],
    privately: [],
    isRecordingPaused: false,
    recording: isSaving ? { ...call.recording, state: 'saving' } : call.recording,
  };
}

/** The gateway does not know the call: it never began there, or is over without the server having heard of it. */
export function endAsUnknown(call: Call, at: string): Call {
  if (!isRunning(call)) return call;
  if (call.phase === 'dialling') return failBeforeDialling(call, at);
  const talkMs = call.answeredAt === null ? 0 : Math.max(0, Date.parse(at) - Date.parse(call.answeredAt));
  return end(call, { cause: 'failed', endedBy: 'system', talkMs }, at);
}

/** A call that never reached the gateway: nothing rang, there is nothing to write up. */
export function failBeforeDialling(call: Call, at: string): Call {
  return { ...call, phase: 'done', endedAt: at, cause: 'failed', endedBy: 'system' };
}

const RESULT_OF_CAUSE: Partial<Record<EndCause, ResultCode>> = {
  busy: '34',
  'no-answer': '31',
  unallocated: '41',
  rejected: '36',
  unreachable: '35',
  cancelled: '71',
};

/** The result code to preselect (DOMAIN §4.9). After a talk: 11 when identified, else 21, or 51 when the resident hung up. */
export function suggestResult(call: Pick<Call, 'cause' | 'answeredAt' | 'identity' | 'endedBy'>): ResultCode | null {
  if (call.cause === null) return null;
  if (call.cause !== 'completed') return RESULT_OF_CAUSE[call.cause] ?? null;
  if (call.answeredAt === null) return null;
  if (isIdentified(call.identity)) return '11';
  if (call.endedBy === 'system') return null;
  return call.endedBy === 'resident' ? '51' : '21';
}
