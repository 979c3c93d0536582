import { z } from 'zod';
import { ChannelName, MarkKind, PauseReason } from '#contracts/recordings.contract';

/** What the gateway and its mixer process say to each other over IPC. */
const LegId = z.string().min(1).max(100);
const RecordingChannel = z.object({ name: ChannelName, leg: LegId.nullable() });
const RecordingNumber = z.int().nonnegative().max(0xffff_ffff);
/** Only literal addresses: a look-up would block audio, and a name could lead elsewhere later. */
const RtpAddress = z.object({ host: z.ipv4(), port: z.int().min(1).max(65_535) });
/** RFC 3551 §6: 96–127 are dynamic; 101 is customary, but any other type below 128 may be negotiated. */
const PayloadType = z.int().min(0).max(127);
const MAX_GAIN = 16;

const Hearing = z.object({
  leg: LegId,
  from: z.record(LegId, z.number().min(0).max(MAX_GAIN)),
  source: z.enum(['silence', 'ringback', 'busy', 'music', 'comfort']),
});
/** Relative to the sounds folder; nothing that could lead out of it. */
const SoundName = z.string().max(100);
const Codec = z.enum(['PCMU', 'PCMA']);

const LegStatistics = z.object({
  leg: LegId,
  port: z.int(),
  packetsReceived: z.int(),
  packetsSent: z.int(),
  packetsForeign: z.int(),
  framesConcealed: z.int(),
  framesInserted: z.int(),
  framesDropped: z.int(),
});

const LegQuality = z.object({
  lossPct: z.number().min(0).max(100),
  jitterMs: z.number().nonnegative(),
  roundTripMs: z.number().nonnegative().nullable(),
  mos: z.number().min(1).max(5),
});

const TickSummary = z.object({ run: z.int(), skipped: z.int(), latenessP99Ms: z.number(), latenessMaxMs: z.number() });
export type TickSummary = z.infer<typeof TickSummary>;

export const mixerRequests = {
  'open-leg': { params: z.object({ leg: LegId }), result: RtpAddress },
  'connect-leg': {
    params: z.object({ leg: LegId, remote: RtpAddress, telephoneEventType: PayloadType.nullable(), codec: Codec }),
    result: z.null(),
  },
  'close-leg': { params: z.object({ leg: LegId }), result: z.null() },
  'set-hearing': { params: z.object({ rows: z.array(Hearing).readonly() }), result: z.null() },
  'send-digits': { params: z.object({ leg: LegId, digits: z.string() }), result: z.null() },
  play: {
    params: z.object({ leg: LegId, sound: SoundName, loop: z.boolean(), gain: z.number().min(0).max(MAX_GAIN) }),
    result: z.null(),
  },
  'stop-playing': { params: z.object({ leg: LegId }), result: z.null() },
  'play-tone': { params: z.object({ leg: LegId, signal: z.enum(['beep', 'please-repeat']) }), result: z.null() },
  'detect-tones': { params: z.object({ leg: LegId, on: z.boolean() }), result: z.null() },
  'load-sounds': {
    params: z.null(),
    result: z.object({ sounds: z.array(SoundName).readonly(), refused: z.array(z.string()).readonly() }),
  },
  'use-recorder': { params: z.object({ socketPath: z.string() }), result: z.null() },
  'start-tap': {
    params: z.object({ recording: RecordingNumber, channels: z.array(RecordingChannel).min(1).readonly() }),
    result: z.null(),
  },
  'assign-channel': {
    params: z.object({ recording: RecordingNumber, name: ChannelName, leg: LegId.nullable() }),
    result: z.null(),
  },
  'pause-tap': { params: z.object({ recording: RecordingNumber, reason: PauseReason }), result: z.null() },
  'resume-tap': { params: z.object({ recording: RecordingNumber }), result: z.null() },
  'mark-tap': { params: z.object({ recording: RecordingNumber, kind: MarkKind }), result: z.null() },
  /** Tells a recorder that is new everything of this recording that the one before it had not written. */
  'replay-tap': { params: z.object({ recording: RecordingNumber }), result: z.null() },
  'stop-tap': { params: z.object({ recording: RecordingNumber }), result: z.null() },
  'take-ticks': { params: z.null(), result: TickSummary },
  list: { params: z.null(), result: z.object({ legs: z.array(LegStatistics) }) },
} as const;

export const MixerEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready'), isRealTime: z.boolean(), refusedSounds: z.array(z.string()) }),
  z.object({ event: z.literal('digit'), leg: LegId, digit: z.string() }),
  z.object({ event: z.literal('flow'), leg: LegId, flow: z.enum(['silent', 'flowing']) }),
  z.object({ event: z.literal('played'), leg: LegId, sound: SoundName }),
  z.object({ event: z.literal('levels'), levels: z.record(LegId, z.number()) }),
  z.object({ event: z.literal('quality'), leg: LegId, quality: LegQuality }),
  /** The recorder has not read for seconds; its connection was given up. */
  z.object({ event: z.literal('recorder-stuck') }),
]);
export type MixerEvent = z.infer<typeof MixerEvent>;

export const MixerConfig = z
  .object({
    address: z.ipv4(),
    portMin: z.int().min(1024).max(65_534),
    portMax: z.int().min(1024).max(65_535),
    /** Null: there are no announcements. */
    soundsDir: z.string().nullable(),
    /** How many threads share the legs. */
    workers: z.int().min(1).max(16),
  })
  .refine(({ portMin, portMax }) => portMin <= portMax, 'portMin must not be above portMax');
export type MixerConfig = z.infer<typeof MixerConfig>;
