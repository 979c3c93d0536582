import { z } from 'zod';
import { CALL_COMMANDS, SoundName } from './call-control.contract.ts';
import { EndCause } from './call-results.contract.ts';
import { CallId, GatewayId, Instant, PhoneNumber, UserId } from './ids.contract.ts';
import { PartyEnd, PartyId, PartyRole, SupervisionMode } from './parties.contract.ts';
import { ChannelName, DiskLevel, PackedRecording, PauseReason } from './recordings.contract.ts';

/**
 * What the server and the SIP gateway say to each other over Redis.
 *
 * Commands (server -> gateway): the server appends a `CommandEnvelope` as JSON in the field `command` of the stream
 * `commandStream(gatewayId)`; the gateway pushes a `CommandReply` on the list `envelope.replyTo`. A command past its
 * deadline, or whose id was seen before, is refused and never carried out: nobody is dialled because a queue was slow.
 *
 * Facts (gateway -> server): appended to the gateway's own fsynced journal first, then to the stream `FACT_STREAM` as
 * JSON in the field `fact`. The server reads with the consumer group `FACT_GROUP`, stores idempotently by
 * (gatewayId, number), acknowledges, and then writes the highest stored number to `factWatermark(gatewayId)`.
 * After a restart of either side or of Redis, the gateway publishes again every journalled fact above the watermark.
 */
export const FACT_STREAM = 'kk:facts';
export const FACT_GROUP = 'server';
export const commandStream = (gateway: GatewayId): string => `kk:gateway:${gateway}:commands`;
export const factWatermark = (gateway: GatewayId): string => `kk:gateway:${gateway}:stored`;
/** Hash of live gateways: field = gateway id, value = `GatewayHeartbeat` as JSON, refreshed every 2 s. */
export const GATEWAYS = 'kk:gateways';
/** Which gateway holds an agent's media session: `PhonePresence` as JSON, expires after 10 s unless refreshed every 3 s. */
export const phonePresence = (user: UserId): string => `kk:phone:${user}`;
/** A phone credential that the server issued: `StoredCredential` as JSON, expires by itself; deleted on log-out. */
export const phoneCredential = (username: string): string => `kk:credential:${username}`;

/** Redis channel of passing news of every gateway, `GatewayNews` as JSON: nothing is kept, whoever does not listen misses it. */
export const GATEWAY_NEWS = 'kk:gateway-news';

/** One trunk of a carrier, for the status page. */
export const TrunkStatus = z.object({
  id: z.string(),
  transport: z.enum(['udp', 'tcp', 'tls']),
  /** Null: not asked yet. */
  isReachable: z.boolean().nullable(),
  /** Null: it does not register. */
  isRegistered: z.boolean().nullable(),
  /** Since when it is so. */
  since: Instant,
  channels: z.int(),
  channelsInUse: z.int(),
  /** Since the gateway started. */
  calls: z.int(),
  failures: z.int(),
  /** The last SIP status that told something about the trunk itself. */
  lastStatus: z.int().nullable(),
});
export type TrunkStatus = z.infer<typeof TrunkStatus>;

export const GatewayHeartbeat = z.object({
  at: Instant,
  calls: z.int(),
  draining: z.boolean(),
  trunks: z.array(TrunkStatus).default([]),
});
export type GatewayHeartbeat = z.infer<typeof GatewayHeartbeat>;

export const PhonePresence = z.object({ gatewayId: GatewayId, since: Instant });
export type PhonePresence = z.infer<typeof PhonePresence>;

export const StoredCredential = z.object({
  userId: UserId,
  /** H(A1) of RFC 7616 §3.4.2 for MD5 (what SIP.js speaks): MD5(username:realm:password), hex. The password is random, 192 bits. */
  ha1: z.string().regex(/^[0-9a-f]{32}$/),
  realm: z.string(),
  /** The address the person logged in from; a REGISTER from elsewhere is refused. */
  address: z.string(),
  expiresAt: Instant,
});
export type StoredCredential = z.infer<typeof StoredCredential>;

/** Drop an agent's phone: log-out, block. Ends the media session; a running call ends as agent-lost. */
export const DropPhoneCommand = z.object({ type: z.literal('phone.drop'), agentId: UserId });

export const GatewayCommand = z.discriminatedUnion('type', [...CALL_COMMANDS, DropPhoneCommand]);
export type GatewayCommand = z.infer<typeof GatewayCommand>;

export const CommandEnvelope = z.object({
  /** Idempotency key, unique per command. */
  id: z.uuid(),
  deadline: Instant,
  replyTo: z.string().min(1),
  command: GatewayCommand,
});
export type CommandEnvelope = z.infer<typeof CommandEnvelope>;

export const CommandRefusal = z.enum([
  'expired',
  'repeated',
  'malformed',
  'phone-not-ready',
  'agent-busy',
  'unknown-call',
  'invalid-state',
  'draining',
  'no-room-for-recording',
  'failed',
]);
export type CommandRefusal = z.infer<typeof CommandRefusal>;

export const CommandReply = z.discriminatedUnion('ok', [
  z.object({ id: z.uuid(), ok: z.literal(true) }),
  z.object({ id: z.uuid(), ok: z.literal(false), refusal: CommandRefusal }),
]);
export type CommandReply = z.infer<typeof CommandReply>;

/** What is worth showing while it is true and worth nothing afterwards. */
export const GatewayNews = z.object({
  type: z.literal('quality'),
  callId: CallId,
  /** How well this party was received over the last seconds. */
  party: PartyId,
  lossPct: z.number(),
  jitterMs: z.number(),
  roundTripMs: z.number().nullable(),
  mos: z.number(),
});
export type GatewayNews = z.infer<typeof GatewayNews>;

const callFact = { callId: CallId };
const partyFact = { ...callFact, party: PartyId };

/** What happened, in the past tense; the only way the server learns about telephony. */
export const Fact = z.discriminatedUnion('type', [
  z.object({ type: z.literal('gateway.started') }),
  /** A browser phone registered, or was refused; audited by the server. `username` is the opaque credential name. */
  z.object({ type: z.literal('phone.registered'), userId: UserId, address: z.string() }),
  z.object({
    type: z.literal('phone.refused'),
    username: z.string().max(64),
    address: z.string(),
    reason: z.enum(['unknown', 'expired', 'wrong-response', 'foreign-address', 'wrong-transport']),
  }),
  /** The agent's media session is up (parked, or attached again to its running call). */
  z.object({ type: z.literal('phone.ready'), userId: UserId, callId: CallId.nullable() }),
  z.object({ type: z.literal('phone.gone'), userId: UserId, callId: CallId.nullable() }),
  z.object({ type: z.literal('call.arrived'), ...callFact, from: PhoneNumber.nullable(), to: PhoneNumber }),
  z.object({ type: z.literal('call.offered'), ...callFact, agentId: UserId }),
  z.object({ type: z.literal('call.dialling'), ...callFact, agentId: UserId }),
  z.object({ type: z.literal('call.ringing'), ...callFact }),
  z.object({ type: z.literal('call.answered'), ...callFact, agentId: UserId, isRecorded: z.boolean() }),
  /** A key somebody pressed: the language choice in the queue, or digits in a talk. */
  z.object({ type: z.literal('call.digit'), ...callFact, party: PartyId, digit: z.string().length(1) }),
  /** An inbound call was picked up, or given back: the resident hears music and waits for an agent. */
  z.object({ type: z.literal('call.queued'), ...callFact }),
  /** The last announcement of a command was played to its end. */
  z.object({ type: z.literal('call.announced'), ...callFact, party: PartyId, sound: SoundName }),
  /** Somebody else is responsible for the call now; null while a blind transfer rings, or after a transfer to a telephone. */
  z.object({ type: z.literal('call.owner-changed'), ...callFact, agentId: UserId.nullable(), party: PartyId.nullable() }),
  z.object({ type: z.literal('party.invited'), ...partyFact, role: PartyRole, userId: UserId.nullable() }),
  z.object({ type: z.literal('party.ringing'), ...partyFact }),
  z.object({ type: z.literal('party.joined'), ...partyFact, role: PartyRole, userId: UserId.nullable() }),
  z.object({ type: z.literal('party.left'), ...partyFact, reason: PartyEnd }),
  /** What a party's state is after a change of hold, mute or volume. */
  z.object({
    type: z.literal('party.changed'),
    ...partyFact,
    isMuted: z.boolean(),
    isHeld: z.boolean(),
    volume: z.number(),
    supervision: SupervisionMode.nullable(),
  }),
  /** Who talks privately now; empty when all are together again. */
  z.object({ type: z.literal('call.private'), ...callFact, parties: z.array(PartyId) }),
  /** The interpreter's sign that something must be said again. */
  z.object({ type: z.literal('party.asked-to-repeat'), ...partyFact }),
  z.object({ type: z.literal('recording.paused'), ...callFact, reason: PauseReason }),
  z.object({ type: z.literal('recording.resumed'), ...callFact }),
  /** How well a party was received over the whole call. */
  z.object({
    type: z.literal('party.quality'),
    ...partyFact,
    lossPct: z.number(),
    jitterMs: z.number(),
    roundTripMs: z.number().nullable(),
    mos: z.number(),
  }),
  z.object({
    type: z.literal('call.ended'),
    ...callFact,
    cause: EndCause,
    endedBy: z.enum(['agent', 'resident', 'system']),
    /** SIP status that ended an unanswered call, for the log. */
    sipStatus: z.int().nullable(),
    /** Milliseconds between answer and end; 0 when never answered. */
    talkMs: z.int().nonnegative(),
  }),
  /** Everything is written; it is being packed and sealed. `recording.ready` follows. */
  z.object({
    type: z.literal('recording.closed'),
    ...callFact,
    seconds: z.number().nonnegative(),
    channels: z.array(ChannelName),
  }),
  /** Sealed, and in the chain. */
  z.object({
    type: z.literal('recording.ready'),
    ...callFact,
    ...PackedRecording.omit({ gaps: true, missingPackets: true }).shape,
  }),
  /** Follows `recording.ready`: whether all that was said is in it. */
  z.object({
    type: z.literal('recording.checked'),
    ...callFact,
    /** False when sound that was there is missing; somebody must look. */
    isComplete: z.boolean(),
    ...PackedRecording.pick({ gaps: true, missingPackets: true }).shape,
  }),
  /** It is written but could not be packed, and is tried again. */
  z.object({ type: z.literal('recording.unpacked'), ...callFact }),
  /** Room on the disk of the recordings: at the start, and whenever the level changes. */
  z.object({ type: z.literal('recording.disk'), freePct: z.number().min(0).max(100), level: DiskLevel }),
  z.object({ type: z.literal('recording.failed'), ...callFact, reason: z.string().max(200) }),
]);
export type Fact = z.infer<typeof Fact>;
export type FactOf<Type extends Fact['type']> = Extract<Fact, { type: Type }>;

export const FactEnvelope = z.object({
  gatewayId: GatewayId,
  /** Counts up from 1 for the life of the gateway's journal: the idempotency key together with gatewayId. */
  number: z.int().positive(),
  at: Instant,
  fact: Fact,
});
export type FactEnvelope = z.infer<typeof FactEnvelope>;
