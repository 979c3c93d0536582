import { z } from 'zod';
import { CallId, PhoneNumber, UserId } from './ids.contract.ts';
import { PartyId, PartyRole, SupervisionMode } from './parties.contract.ts';
import { MarkKind, PauseReason } from './recordings.contract.ts';

/**
 * The server's commands about a call and its parties, carried in a `CommandEnvelope`. All of them change who hears whom, what is played or what
 * is recorded: none sends a re-INVITE. A command that does not fit where the call stands is refused with `invalid-state` and changes nothing.
 */
const inCall = { callId: CallId };
const ofParty = { ...inCall, party: PartyId };

/** Path of an announcement in the sounds folder, without `.wav`, as `ja/queue-wait`. */
export const SoundName = z.string().regex(/^[a-z0-9]+(?:[/-][a-z0-9]+)*$/);

/** Dial a resident for an agent whose media session is parked. */
export const DialCommand = z.object({
  type: z.literal('call.dial'),
  ...inCall,
  agentId: UserId,
  to: PhoneNumber,
  callerId: PhoneNumber,
  /** Seconds of ringing after which the call ends as no-answer. */
  ringSeconds: z.int().min(5).max(120),
});
/** Take an arrived inbound call off the ringing: the caller hears music and announcements until an agent answers. */
export const PickUpCommand = z.object({ type: z.literal('call.pick-up'), ...inCall });
/** Let an arrived or queued inbound call ring at one agent's desk. Offering it elsewhere takes the first offer back. */
export const OfferCommand = z.object({ type: z.literal('call.offer'), ...inCall, agentId: UserId });
/** Take an offer back: the caller goes on waiting. */
export const WithdrawCommand = z.object({ type: z.literal('call.withdraw'), ...inCall, agentId: UserId });
/** The offered agent takes the call. */
export const AnswerCommand = z.object({ type: z.literal('call.answer'), ...inCall, agentId: UserId });
export const HangUpCommand = z.object({ type: z.literal('call.hang-up'), ...inCall });
/** Play these to the caller, one after another, then end the call: closing time, no agents. Picks up first when it must. */
export const DismissCommand = z.object({ type: z.literal('call.dismiss'), ...inCall, sounds: z.array(SoundName).min(1).max(10) });
/** Play announcements to one party, one after another; they replace what is being played. */
export const AnnounceCommand = z.object({
  type: z.literal('call.announce'),
  ...ofParty,
  sounds: z.array(SoundName).max(20),
});
/** The agent leaves; the resident hears music and waits for another offer. Everybody else leaves too. */
export const RequeueCommand = z.object({ type: z.literal('call.requeue'), ...inCall });

/** Whom to bring in: a browser phone, or a telephone number under this caller ID. */
export const PartyTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('phone'), userId: UserId }),
  z.object({ kind: z.literal('number'), number: PhoneNumber, callerId: PhoneNumber }),
]);
export type PartyTarget = z.infer<typeof PartyTarget>;

export const InviteCommand = z.object({
  type: z.literal('party.invite'),
  ...ofParty,
  role: PartyRole,
  target: PartyTarget,
  ringSeconds: z.int().min(5).max(120),
  /**
   * `open`: everybody talks with them once they are here. `private`: the agent alone does, and the resident hears music from now on.
   * `blind`: the agent leaves at once and they become the one who is responsible (blind transfer).
   */
  entry: z.enum(['open', 'private', 'blind']),
});
/** An invited browser phone's user says yes. */
export const JoinCommand = z.object({ type: z.literal('party.join'), ...ofParty });
/** Takes a party out, or an invitation back. `declined`: the invited one said no. */
export const RemoveCommand = z.object({ type: z.literal('party.remove'), ...ofParty, declined: z.boolean() });
/** `party` null is the agent who is responsible. */
export const MuteCommand = z.object({ type: z.literal('party.mute'), ...inCall, party: PartyId.nullable(), muted: z.boolean() });
/** On hold a party hears music and is heard by nobody. */
export const HoldCommand = z.object({ type: z.literal('party.hold'), ...ofParty, held: z.boolean() });
export const VolumeCommand = z.object({ type: z.literal('party.volume'), ...ofParty, volume: z.number().min(0).max(4) });
/** These talk among themselves, the others hear music. An empty list brings all together again. */
export const PrivateCommand = z.object({
  type: z.literal('party.private'),
  ...inCall,
  parties: z
    .array(PartyId)
    .max(6)
    .refine((list) => list.length !== 1, 'nobody talks alone'),
});
/** The interpreter's sign that something must be said again: a short signal in everybody else's ear. */
export const RepeatPleaseCommand = z.object({ type: z.literal('party.repeat-please'), ...ofParty });
export const DigitsCommand = z.object({
  type: z.literal('party.send-digits'),
  ...inCall,
  digits: z.string().regex(/^[0-9*#A-D]{1,32}$/),
});

/** A supervisor joins under this party id, changes how, or leaves (`mode` null). */
export const SuperviseCommand = z.object({
  type: z.literal('call.supervise'),
  ...ofParty,
  userId: UserId,
  mode: SupervisionMode.nullable(),
});
/** A supervisor becomes the responsible agent; the agent until now leaves. */
export const TakeOverCommand = z.object({ type: z.literal('call.take-over'), ...ofParty, userId: UserId });
/** Attended transfer: the agent leaves, this present party becomes responsible and talks with the resident. */
export const TransferCommand = z.object({ type: z.literal('call.transfer'), ...ofParty });

/** Nothing is recorded until it is resumed; the reason goes into the marker. */
export const PauseRecordingCommand = z.object({
  type: z.literal('recording.pause'),
  ...inCall,
  reason: PauseReason,
});
export const ResumeRecordingCommand = z.object({ type: z.literal('recording.resume'), ...inCall });
/** Notes something worth finding again at this moment of the recording. */
export const MarkRecordingCommand = z.object({
  type: z.literal('recording.mark'),
  ...inCall,
  kind: MarkKind,
});

export const CALL_COMMANDS = [
  DialCommand,
  PickUpCommand,
  OfferCommand,
  WithdrawCommand,
  AnswerCommand,
  HangUpCommand,
  DismissCommand,
  AnnounceCommand,
  RequeueCommand,
  InviteCommand,
  JoinCommand,
  RemoveCommand,
  MuteCommand,
  HoldCommand,
  VolumeCommand,
  PrivateCommand,
  RepeatPleaseCommand,
  DigitsCommand,
  SuperviseCommand,
  TakeOverCommand,
  TransferCommand,
  PauseRecordingCommand,
  ResumeRecordingCommand,
  MarkRecordingCommand,
] as const;
