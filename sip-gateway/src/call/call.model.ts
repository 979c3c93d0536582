import type { EndCause } from '#contracts/call-results.contract';
import type { Fact } from '#contracts/gateway.contract';
import type { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';

/** Where a call stands; `call-machine.ts` says what each phase means and how it is left. */
export type CallState =
  | { readonly phase: 'preparing'; readonly call: OutboundCall }
  | { readonly phase: 'dialling'; readonly call: OutboundCall }
  | { readonly phase: 'ringing'; readonly call: OutboundCall; readonly earlyMedia: boolean }
  | { readonly phase: 'arrived'; readonly call: InboundCall }
  | { readonly phase: 'offered'; readonly call: InboundCall; readonly agentId: UserId }
  | { readonly phase: 'answering'; readonly call: InboundCall; readonly agentId: UserId; readonly media: 'anchoring' | 'held' }
  | Talking
  | Ending
  | { readonly phase: 'ended'; readonly callId: CallId };

export interface OutboundCall {
  readonly callId: CallId;
  readonly isRecorded: boolean;
  readonly agentId: UserId;
  readonly to: PhoneNumber;
  readonly callerId: PhoneNumber;
  readonly ringSeconds: number;
}

export interface InboundCall {
  readonly callId: CallId;
  readonly isRecorded: boolean;
  readonly from: PhoneNumber | null;
  readonly to: PhoneNumber;
  /** Seconds a caller waits for an agent to be named, and then for that agent to answer. */
  readonly waitSeconds: number;
}

export interface Talking {
  readonly phase: 'talking';
  readonly callId: CallId;
  readonly agentId: UserId;
  readonly isRecorded: boolean;
  readonly answeredAtMs: number;
  readonly isMuted: boolean;
  readonly media: 'connecting' | 'joined';
  readonly recording: 'none' | 'running' | 'failed';
}

export interface Ending {
  readonly phase: 'ending';
  readonly callId: CallId;
  /** `awaited`: we cancelled or are still answering, and the outcome of the INVITE is not known yet. */
  readonly signalling: 'awaited' | 'settled';
  readonly recording: 'stopping' | 'settled';
  readonly media: 'anchoring' | 'held' | 'releasing' | 'settled';
}

export interface Receipt {
  readonly file: string;
  readonly seconds: number;
  readonly sha256: string;
  readonly concealedFrames: readonly number[];
}

/** What can happen to a call. `atMs` is when, in milliseconds since the Unix epoch. */
export type CallEvent = { readonly atMs: number } & CallEventKind;
export type CallEventKind =
  | { readonly type: 'begin' }
  | { readonly type: 'anchored'; readonly sdp: string }
  | { readonly type: 'anchor-failed' }
  | { readonly type: 'progress'; readonly status: number; readonly sdp: string | null }
  | { readonly type: 'answered'; readonly sdp: string }
  | { readonly type: 'refused'; readonly status: number; readonly q850: number | null }
  | { readonly type: 'remote-cancelled' }
  | { readonly type: 'remote-hung-up' }
  | { readonly type: 'offer'; readonly agentId: UserId }
  | { readonly type: 'answer'; readonly agentId: UserId }
  | { readonly type: 'accepted' }
  | { readonly type: 'hang-up' }
  | { readonly type: 'mute'; readonly muted: boolean }
  | { readonly type: 'timer-fired' }
  | { readonly type: 'connected' }
  | { readonly type: 'recording-failed'; readonly reason: string }
  | { readonly type: 'recording-stopped'; readonly receipt: Receipt }
  | { readonly type: 'released' }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'agent-lost' }
  | { readonly type: 'media-lost' }
  | { readonly type: 'signalling-lost' }
  | { readonly type: 'drain' };

/** Who hears whom: `early` lets the agent hear the resident's network, `muted` keeps the agent from the resident. */
export type Hearing = 'nothing' | 'ringback' | 'early' | 'joined' | 'muted';

/** What the runner is asked to do. */
export type CallCommand =
  | { readonly type: 'anchor' }
  | { readonly type: 'invite'; readonly sdp: string }
  | { readonly type: 'cancel' }
  | { readonly type: 'ring' }
  | { readonly type: 'accept'; readonly sdp: string }
  | { readonly type: 'reject'; readonly status: number }
  | { readonly type: 'bye' }
  | { readonly type: 'connect'; readonly sdp: string }
  | { readonly type: 'hear'; readonly agentId: UserId; readonly hearing: Hearing }
  | { readonly type: 'start-recording'; readonly agentId: UserId }
  | { readonly type: 'stop-recording' }
  | { readonly type: 'release' }
  | { readonly type: 'start-timer'; readonly seconds: number }
  | { readonly type: 'stop-timer' }
  | { readonly type: 'emit'; readonly fact: Fact };

export interface Step {
  readonly state: CallState;
  readonly commands: readonly CallCommand[];
}

export interface Outcome {
  readonly cause: EndCause;
  readonly endedBy: 'agent' | 'resident' | 'system';
  readonly sipStatus: number | null;
  readonly talkMs: number;
}

export const dialled = (call: OutboundCall): CallState => ({ phase: 'preparing', call });
export const arrived = (call: InboundCall): CallState => ({ phase: 'arrived', call });

/** The agent whose leg this call holds, or null. A call that is ending holds nobody. */
export function agentOf(state: CallState): UserId | null {
  switch (state.phase) {
    case 'preparing':
    case 'dialling':
    case 'ringing':
      return state.call.agentId;
    case 'offered':
    case 'answering':
    case 'talking':
      return state.agentId;
    case 'arrived':
    case 'ending':
    case 'ended':
      return null;
    default:
      return state satisfies never;
  }
}
