import { z } from 'zod';

/** What the gateway and its mixer process say to each other over IPC. */
const LegId = z.string().min(1).max(100);
const RecordingNumber = z.int().nonnegative().max(0xffff_ffff);
/** Only literal addresses: a look-up would block audio, and a name could lead elsewhere later. */
const RtpAddress = z.object({ host: z.ipv4(), port: z.int().min(1).max(65_535) });
/** RFC 3551 §6: 96–127 are dynamic; 101 is customary, but any other type below 128 may be negotiated. */
const PayloadType = z.int().min(0).max(127);
const MAX_GAIN = 16;

const Hearing = z.object({
  leg: LegId,
  from: z.record(LegId, z.number().min(0).max(MAX_GAIN)),
  source: z.enum(['silence', 'ringback', 'busy']),
});

const LegStatistics = z.object({
  leg: LegId,
  port: z.int(),
  packetsReceived: z.int(),
  packetsSent: z.int(),
  packetsForeign: z.int(),
  framesConcealed: z.int(),
});

const TickSummary = z.object({ run: z.int(), skipped: z.int(), latenessP99Ms: z.number(), latenessMaxMs: z.number() });
export type TickSummary = z.infer<typeof TickSummary>;

export const mixerRequests = {
  'open-leg': { params: z.object({ leg: LegId }), result: RtpAddress },
  'connect-leg': {
    params: z.object({ leg: LegId, remote: RtpAddress, telephoneEventType: PayloadType.nullable() }),
    result: z.null(),
  },
  'close-leg': { params: z.object({ leg: LegId }), result: z.null() },
  'set-hearing': { params: z.object({ rows: z.array(Hearing).readonly() }), result: z.null() },
  'send-digits': { params: z.object({ leg: LegId, digits: z.string() }), result: z.null() },
  'use-recorder': { params: z.object({ socketPath: z.string() }), result: z.null() },
  'start-tap': { params: z.object({ recording: RecordingNumber, legs: z.array(LegId).min(1).readonly() }), result: z.null() },
  'stop-tap': { params: z.object({ recording: RecordingNumber }), result: z.null() },
  list: { params: z.null(), result: z.object({ legs: z.array(LegStatistics), ticks: TickSummary }) },
} as const;

export const MixerEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready'), isRealTime: z.boolean() }),
  z.object({ event: z.literal('digit'), leg: LegId, digit: z.string() }),
  z.object({ event: z.literal('flow'), leg: LegId, flow: z.enum(['silent', 'flowing']) }),
  z.object({ event: z.literal('tap-failed'), recording: RecordingNumber, reason: z.string() }),
]);
export type MixerEvent = z.infer<typeof MixerEvent>;

export const MixerConfig = z
  .object({ address: z.ipv4(), portMin: z.int().min(1024).max(65_534), portMax: z.int().min(1024).max(65_535) })
  .refine(({ portMin, portMax }) => portMin <= portMax, 'portMin must not be above portMax');
export type MixerConfig = z.infer<typeof MixerConfig>;
