import type { EndCause } from '#contracts/call-results.contract';
import type { PartyTarget } from '#contracts/call-control.contract';
import type { Fact } from '#contracts/gateway.contract';
import type { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import type { PartyId, PartyRole, SupervisionMode } from '#contracts/parties.contract';
import type { ChannelName, MarkKind, PauseReason } from '#contracts/recordings.contract';
import type { LineReport } from '../line/line.model.ts';
import type { Hearing, LegId, RecordingChannel, RecordingReceipt, Signal, SoundName } from '../ports/mixer.port.ts';
import type { Conversation, Party } from './conversation.model.ts';

/** Where a call stands; `call-machine.ts` says what each phase means and how it is left. */
export type CallState = Dialling | Waiting | Talking | Ending | Ended;

interface Identity {
  readonly callId: CallId;
  readonly isRecorded: boolean;
  /** Outside lines that still hold something. */
  readonly lines: readonly PartyId[];
}

/** Outbound: the resident's line is being brought up for an agent. */
export interface Dialling extends Identity {
  readonly phase: 'dialling';
  readonly agentId: UserId;
  readonly to: PhoneNumber;
  readonly callerId: PhoneNumber;
  readonly ringSeconds: number;
  readonly isRinging: boolean;
}

/** No agent talks with the resident: inbound before an agent answers, or given back to the queue. */
export interface Waiting extends Identity {
  readonly phase: 'waiting';
  readonly from: PhoneNumber | null;
  readonly to: PhoneNumber;
  /** `ringing`: the INVITE is unanswered; `up`: the resident hears music. */
  readonly line: 'ringing' | 'accepting' | 'up';
  readonly offeredTo: UserId | null;
  /** The offered agent has said yes and waits for the line. */
  readonly hasAnswered: boolean;
  /** What is still to be said to the caller before the call ends; null while nobody sends them away. */
  readonly dismissal: readonly SoundName[] | null;
  /** What there was before the call was given back; null when no agent has talked yet. */
  readonly talk: Talk | null;
}

export interface Talk {
  readonly answeredAtMs: number;
  readonly recording: 'none' | 'running' | 'paused' | 'failed';
}

export interface Talking extends Identity, Talk, Conversation {
  readonly phase: 'talking';
  readonly from: PhoneNumber | null;
  readonly to: PhoneNumber;
  /** False until the resident's media flows: nothing is recorded and nobody hears anybody. */
  readonly isConnected: boolean;
  /** Who becomes responsible once they are here: the target of a blind transfer. */
  readonly heir: PartyId | null;
}

/** Over for everybody; waits for the recording to be closed and the lines to let go. */
export interface Ending {
  readonly phase: 'ending';
  readonly callId: CallId;
  readonly lines: readonly PartyId[];
  readonly recording: 'stopping' | 'settled';
}

export interface Ended {
  readonly phase: 'ended';
  readonly callId: CallId;
}

/** Somebody to be brought in. */
export interface Invitation {
  readonly party: PartyId;
  readonly role: PartyRole;
  readonly target: PartyTarget;
  readonly ringSeconds: number;
  readonly entry: 'open' | 'private' | 'blind';
}

/** What can happen to a call. `atMs` is when, in milliseconds since the Unix epoch. */
export type CallEvent = { readonly atMs: number } & CallEventKind;
export type CallEventKind =
  | { readonly type: 'begin' }
  | { readonly type: 'line'; readonly party: PartyId; readonly report: LineReport }
  | { readonly type: 'pick-up' }
  | { readonly type: 'offer'; readonly agentId: UserId }
  | { readonly type: 'withdraw'; readonly agentId: UserId }
  | { readonly type: 'answer'; readonly agentId: UserId }
  | { readonly type: 'hang-up' }
  | { readonly type: 'dismiss'; readonly sounds: readonly SoundName[] }
  | { readonly type: 'announce'; readonly party: PartyId; readonly sounds: readonly SoundName[] }
  | { readonly type: 'announced'; readonly party: PartyId; readonly sound: SoundName }
  | { readonly type: 'requeue' }
  | ({ readonly type: 'invite' } & Invitation)
  | { readonly type: 'join'; readonly party: PartyId }
  | { readonly type: 'remove'; readonly party: PartyId; readonly isDeclined: boolean }
  | { readonly type: 'mute'; readonly party: PartyId | null; readonly muted: boolean }
  | { readonly type: 'hold'; readonly party: PartyId; readonly held: boolean }
  | { readonly type: 'volume'; readonly party: PartyId; readonly volume: number }
  | { readonly type: 'private'; readonly parties: readonly PartyId[] }
  | { readonly type: 'repeat-please'; readonly party: PartyId }
  | { readonly type: 'supervise'; readonly party: PartyId; readonly userId: UserId; readonly mode: SupervisionMode | null }
  | { readonly type: 'take-over'; readonly party: PartyId; readonly userId: UserId }
  | { readonly type: 'transfer'; readonly party: PartyId }
  | { readonly type: 'pause-recording'; readonly reason: PauseReason }
  | { readonly type: 'resume-recording' }
  | { readonly type: 'mark-recording'; readonly kind: MarkKind }
  | { readonly type: 'digit'; readonly party: PartyId; readonly digit: string }
  | { readonly type: 'timer-fired'; readonly timer: TimerName }
  | { readonly type: 'recording-failed'; readonly reason: string }
  | { readonly type: 'recording-stopped'; readonly receipt: RecordingReceipt }
  | { readonly type: 'phone-lost'; readonly userId: UserId }
  /** The mixer refused to change who hears whom. */
  | { readonly type: 'hearing-failed' }
  | { readonly type: 'drain' };

/** `wait`: how long a caller waits; the others: how long an invited browser phone rings. */
export type TimerName = 'wait' | `invite:${PartyId}`;

/** What the runner is asked to do. */
export type CallCommand =
  | {
      readonly type: 'open-line';
      readonly party: PartyId;
      readonly to: PhoneNumber;
      readonly callerId: PhoneNumber;
      readonly ringSeconds: number;
    }
  | { readonly type: 'begin-line'; readonly party: PartyId }
  | { readonly type: 'accept-line'; readonly party: PartyId }
  | { readonly type: 'close-line'; readonly party: PartyId; readonly status: number }
  | { readonly type: 'hear'; readonly rows: readonly Hearing[] }
  | { readonly type: 'announce'; readonly party: PartyId; readonly leg: LegId; readonly sounds: readonly SoundName[] }
  | { readonly type: 'signal'; readonly leg: LegId; readonly signal: Signal }
  | { readonly type: 'start-recording'; readonly channels: readonly RecordingChannel[] }
  | { readonly type: 'assign-channel'; readonly name: ChannelName; readonly leg: LegId | null }
  | { readonly type: 'pause-recording'; readonly reason: PauseReason }
  | { readonly type: 'resume-recording' }
  | { readonly type: 'mark-recording'; readonly kind: MarkKind }
  | { readonly type: 'stop-recording' }
  | { readonly type: 'start-timer'; readonly timer: TimerName; readonly seconds: number }
  | { readonly type: 'stop-timer'; readonly timer: TimerName }
  | { readonly type: 'emit'; readonly fact: Fact };

export interface Step<State extends CallState = CallState> {
  readonly state: State;
  readonly commands: readonly CallCommand[];
}

export interface Outcome {
  readonly cause: EndCause;
  readonly endedBy: 'agent' | 'resident' | 'system';
  readonly sipStatus: number | null;
}

export const phoneLeg = (user: UserId): LegId => `agent:${user}`;
/** The resident's leg is named after the call, further lines after their party too. */
export const lineLeg = (call: CallId, party: PartyId): LegId => (party === 'resident' ? `call:${call}` : `call:${call}:${party}`);

export const legOf = (call: CallId, { id, place }: Party): LegId =>
  place.kind === 'phone' ? phoneLeg(place.userId) : lineLeg(call, id);

/** Everybody whose browser phone this call holds, whether it talks, rings or supervises. */
export function phonesOf(state: CallState): UserId[] {
  switch (state.phase) {
    case 'dialling':
      return [state.agentId];
    case 'waiting':
      return state.offeredTo === null ? [] : [state.offeredTo];
    case 'talking':
      return state.parties.flatMap(({ place }) => (place.kind === 'phone' ? [place.userId] : []));
    case 'ending':
    case 'ended':
      return [];
    default:
      return state satisfies never;
  }
}

/** Whose microphone and ear are in this call now: the invited are not yet. */
export function speakersOf(state: CallState): UserId[] {
  switch (state.phase) {
    case 'dialling':
      return [state.agentId];
    case 'waiting':
      return state.offeredTo !== null && state.hasAnswered ? [state.offeredTo] : [];
    case 'talking':
      return state.parties.flatMap(({ place, standing }) =>
        place.kind === 'phone' && standing === 'present' ? [place.userId] : [],
      );
    case 'ending':
    case 'ended':
      return [];
    default:
      return state satisfies never;
  }
}
