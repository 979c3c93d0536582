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
import type { PartyQuality } from '#contracts/live-calls.contract';
import type { ChannelName } from '#contracts/recordings.contract';
import type { FactOf } from '#contracts/gateway.contract';
import type { CallId, CaseId, CategoryCode, GatewayId, PhoneId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { isWaiting, missed, newQueueing, type Queueing } from '../queue/queueing.model.ts';
import { EMPTY_DRAFT } from './call-draft.model.ts';
import { NOBODY, type CallParties } from './call-parties.model.ts';

/** What an agent should need to write up a call. */
export const WRAP_UP_MS = 90_000;

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
  /** How the wait for an agent goes; counts while the call is `queued` or `offered`. */
  queueing: Queueing;
  identity: IdentityCheck;
  /** Inbound: the candidate that the identity check is about. */
  comparedCaseId: CaseId | null;
  comparisons: number;
  recording: CallRecording;
  isRecordingPaused: boolean;
  draft: CallView['draft'];
  resultCode: ResultCode | null;
  /** The call that this is the finished part of; see hand-over.model.ts. */
  partOf: CallId | null;
  /** How often an agent handed the call over. */
  handOvers: number;
  /** What the last of them had noted. */
  handedOverNote: string | null;
  /** How well each party was received over the call, as the gateway summed it up. */
  quality: PartyQuality[];
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
    queueing: newQueueing(start.startedAt),
    identity: {},
    comparedCaseId: null,
    comparisons: 0,
    recording: { state: 'none', file: null, seconds: 0, channels: [], sha256: null, concealedFrames: [] },
    isRecordingPaused: false,
    draft: EMPTY_DRAFT,
    resultCode: null,
    partOf: null,
    handOvers: 0,
    handedOverNote: null,
    quality: [],
  };
}

/** A call that an agent makes. */
export type OutboundCall = Call & { agentId: UserId };

/** Without a case it is a call-back of which only the number is known; `candidates` then are whose number it may be. */
export function newOutboundCall(
  start: Start & Pick<OutboundCall, 'agentId' | 'caseId' | 'phoneId' | 'candidates'>,
): OutboundCall {
  return { ...newCall(start), ...start, direction: 'outbound', phase: 'dialling' };
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

/** A gateway that crashed may not know how long an answered call lasted; what it recorded tells. */
export function talkTime(call: Call, talkMs: number, recordedSeconds: number): number {
  return talkMs === 0 && call.answeredAt !== null ? Math.round(recordedSeconds * 1000) : talkMs;
}

export type Ending = Pick<FactOf<'call.ended'>, 'cause' | 'endedBy' | 'talkMs'>;

/** Ends a running call: an outbound or answered one goes to wrap-up with its agent, a caller nobody talks with is done with. */
export function end(call: Call, { cause, endedBy, talkMs }: Ending, at: string): Call {
  if (!isRunning(call)) return call;
  const needsWrapUp = isWithAgent(call) && (call.direction === 'outbound' || call.answeredAt !== null);
  const isSaving = call.recording.state === 'recording';
  return {
    ...call,
    phase: needsWrapUp ? 'wrap-up' : 'done',
    endedAt: at,
    cause,
    endedBy,
    talkMs: call.handOvers === 0 ? talkTime(call, talkMs, call.recording.seconds) : ownTalkTime(call, at),
    isMuted: false,
    parties: [],
    privately: [],
    isRecordingPaused: false,
    queueing: isWaiting(call) ? missed(call, cause) : call.queueing,
    recording: isSaving ? { ...call.recording, state: 'saving' } : call.recording,
  };
}

/** An agent is responsible, and not only rung up. */
const isWithAgent = ({ agentId, phase }: Call): boolean => agentId !== null && phase !== 'offered' && phase !== 'queued';

/** Of a call that was handed over, the last agent's part. */
const ownTalkTime = ({ phase, answeredAt }: Call, at: string): number =>
  phase === 'talking' && answeredAt !== null ? Math.max(0, Date.parse(at) - Date.parse(answeredAt)) : 0;

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
  if (call.cause === 'transferred') return isIdentified(call.identity) ? '11' : null;
  if (call.cause !== 'completed') return RESULT_OF_CAUSE[call.cause] ?? null;
  if (call.answeredAt === null) return null;
  if (isIdentified(call.identity)) return '11';
  if (call.endedBy === 'system') return null;
  return call.endedBy === 'resident' ? '51' : '21';
}
