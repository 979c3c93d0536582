import { z } from 'zod';
import { CallDirection, CallPhase, RecordingState } from './calls.contract.ts';
import { Category } from './cases.contract.ts';
import { CallId, Instant, UserId } from './ids.contract.ts';
import { PartyEnd, PartyId, PartyRole, PartyView, SupervisionMode } from './parties.contract.ts';
import type { Ack } from './problem.contract.ts';

/** A call somebody else is responsible for, as an interpreter, a colleague or a supervisor in it sees it. No number, no case. */
export const JoinedCallView = z.object({
  callId: CallId,
  version: z.int(),
  /** Who they are in it. */
  party: PartyId,
  role: PartyRole,
  /** `gone`: it is over for them; the view is the last one. */
  standing: z.enum(['invited', 'present', 'gone']),
  reason: PartyEnd.nullable(),
  /** Name of the agent who is responsible. */
  agentName: z.string(),
  category: Category,
  direction: CallDirection,
  startedAt: Instant,
  joinedAt: Instant.nullable(),
  parties: z.array(PartyView),
  /** They talk privately with the agent, and the resident does not hear them. */
  isPrivate: z.boolean(),
});
export type JoinedCallView = z.infer<typeof JoinedCallView>;

/** GET /api/calls/joined: where a reloaded interpreter's or supervisor's page stands. */
export const JoinedCallReply = z.object({ call: JoinedCallView.nullable(), serverTime: Instant });
export type JoinedCallReply = z.infer<typeof JoinedCallReply>;

/** How well a party is received; the worst of the last seconds. */
export const PartyQuality = z.object({ party: PartyId, lossPct: z.number(), jitterMs: z.number(), mos: z.number() });
export type PartyQuality = z.infer<typeof PartyQuality>;

/** One call of the centre on the supervisor's screen. */
export const LiveCallView = z.object({
  id: CallId,
  version: z.int(),
  direction: CallDirection,
  phase: CallPhase,
  agent: z.object({ userId: UserId, name: z.string(), seat: z.string() }).nullable(),
  category: Category,
  startedAt: Instant,
  answeredAt: Instant.nullable(),
  /** Without those who supervise invisibly, but always with oneself. */
  parties: z.array(PartyView),
  recording: RecordingState,
  isRecordingPaused: z.boolean(),
  quality: z.array(PartyQuality),
  /** How the viewer takes part, if at all. */
  supervision: SupervisionMode.nullable(),
});
export type LiveCallView = z.infer<typeof LiveCallView>;

/** GET /api/calls/live */
export const LiveCallsView = z.object({ calls: z.array(LiveCallView), serverTime: Instant });
export type LiveCallsView = z.infer<typeof LiveCallsView>;

/** `mode` null leaves. A hidden supervisor is shown to nobody in the call; it is audited all the same. */
export const SuperviseCall = z.object({ callId: CallId, mode: SupervisionMode.nullable(), isHidden: z.boolean().default(false) });
export type SuperviseCall = z.input<typeof SuperviseCall>;

export const OfCall = z.object({ callId: CallId });
export type OfCall = z.infer<typeof OfCall>;
export const MuteSelf = z.object({ callId: CallId, muted: z.boolean() });
export type MuteSelf = z.infer<typeof MuteSelf>;

export interface LiveCallServerEvents {
  'joined-call:changed': (call: JoinedCallView) => void;
  /** To those who may watch. A call whose phase is `done` leaves the screen. */
  'live-call:changed': (call: LiveCallView) => void;
  /** To everybody in the call but the one who asks: something must be said again. */
  'call:asked-to-repeat': (sign: { callId: CallId; party: PartyId }) => void;
}

type Command<Input, Output> = (command: Input, acknowledge: (reply: Ack<Output>) => void) => void;

export interface LiveCallClientEvents {
  /** The invited says yes, or no. */
  'joined-call:join': Command<OfCall, JoinedCallView>;
  'joined-call:decline': Command<OfCall, JoinedCallView>;
  'joined-call:leave': Command<OfCall, JoinedCallView>;
  'joined-call:mute': Command<MuteSelf, JoinedCallView>;
  'joined-call:ask-to-repeat': Command<OfCall, JoinedCallView>;
  'live-call:supervise': Command<SuperviseCall, LiveCallView>;
  /** The supervisor becomes the responsible agent; their desk shows the call from then on. */
  'live-call:take-over': Command<OfCall, LiveCallView>;
}
