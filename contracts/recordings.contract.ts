import { z } from 'zod';
import { Category } from './cases.contract.ts';
import { CallId, CategoryCode, Instant, UserId } from './ids.contract.ts';
import type { Ack } from './problem.contract.ts';

/** A recording has one channel per party, at most so many. */
export const MAX_CHANNELS = 8;

/** A party's role in the call: `agent`, `resident`, `interpreter`, `supervisor`, `third-party-1` ... */
export const ChannelName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);
export type ChannelName = z.infer<typeof ChannelName>;

/** Why nothing is recorded for a while: the agent's wish, account numbers being keyed, or talk that is not the resident's. */
export const PauseReason = z.enum(['by-hand', 'account-number', 'private-talk']);
export type PauseReason = z.infer<typeof PauseReason>;

/** What happened at a moment of a recording. Pauses and gaps are not set by anybody: the recorder writes them. */
export const MarkKind = z.enum([
  'hold',
  'hold-ended',
  'private-talk',
  'private-talk-ended',
  'interpreter-joined',
  'interpreter-left',
  'third-party-joined',
  'third-party-left',
  'supervisor-joined',
  'supervisor-left',
  'transferred',
  'promise-made',
  'please-repeat',
]);
export type MarkKind = z.infer<typeof MarkKind>;

export const RecordingMark = z.object({
  kind: z.union([MarkKind, z.literal(['pause', 'gap'])]),
  /** Seconds from the beginning of the recording. */
  atSeconds: z.number().nonnegative(),
  /** How long it lasted; 0 for a moment. */
  seconds: z.number().nonnegative(),
  /** Of a pause. */
  reason: PauseReason.nullable(),
});
export type RecordingMark = z.infer<typeof RecordingMark>;

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Time for which a party, or everybody (null), is missing from a recording. */
export const RecordingGap = z.object({
  /**
   * `not-written`: frames never reached the disk. `stood-still`: the mixer did not run. `not-received`: no packets came from this party.
   * `lost-on-the-way`: packets of this party reached the media engine but not the recording; where is not known.
   */
  kind: z.enum(['not-written', 'stood-still', 'not-received', 'lost-on-the-way']),
  channel: ChannelName.nullable(),
  atSeconds: z.number().nonnegative(),
  seconds: z.number().nonnegative(),
});
export type RecordingGap = z.infer<typeof RecordingGap>;

/** What is sealed together with the sound. */
export const RecordingDescription = z.object({
  version: z.literal(1),
  /** The call's id. */
  recording: z.string(),
  startedAt: Instant,
  seconds: z.number().nonnegative(),
  channels: z.array(
    z.object({
      name: ChannelName,
      /** Largest amplitude of each slice of the recording, 0 to 1; every channel has the same number of slices. */
      peaks: z.array(z.number().min(0).max(1)),
      /** Frames of 20 ms that came from packets, and that had to be made up. */
      playedFrames: z.int().nonnegative(),
      concealedFrames: z.int().nonnegative(),
    }),
  ),
  marks: z.array(RecordingMark),
  gaps: z.array(RecordingGap),
  /** Where nobody speaks for two seconds or more. */
  silences: z.array(z.object({ atSeconds: z.number(), seconds: z.number() })),
});
export type RecordingDescription = z.infer<typeof RecordingDescription>;

/** Where a recording stands in its gateway's chain of hashes. */
export const ChainPosition = z.object({ number: z.int().positive(), link: Sha256 });
export type ChainPosition = z.infer<typeof ChainPosition>;

/** A recording that was packed and sealed: what the gateway tells, and what stands in the chain. */
export const PackedRecording = z.object({
  /** File name under the recordings folder. */
  file: z.string().regex(/^[A-Za-z0-9_./-]+$/),
  startedAt: Instant,
  seconds: z.number().nonnegative(),
  channels: z.array(ChannelName),
  /** Of the sealed file, without its key slots (vault/README.md). */
  sha256: Sha256,
  sealedBytes: z.int().positive(),
  /** Frames of 20 ms that had to be made up because no packet came, by channel. */
  concealedFrames: z.array(z.int().nonnegative()),
  /** Packets the media engine received of each party beyond the frames that were written, by channel; 0 when nothing is missing. */
  missingPackets: z.array(z.int().nonnegative()),
  gaps: z.array(RecordingGap),
  chain: ChainPosition,
});
export type PackedRecording = z.infer<typeof PackedRecording>;

/** `low`: 20 % or less is free. `full`: 3 % or less; calls that must be recorded are refused. */
export const DiskLevel = z.enum(['ok', 'low', 'full']);
export type DiskLevel = z.infer<typeof DiskLevel>;

/** GET /api/calls/:callId/recording/description: what a player needs. The sound is GET /api/calls/:callId/recording (Opus in Ogg, byte ranges). */
export const RecordingView = RecordingDescription.pick({
  startedAt: true,
  seconds: true,
  marks: true,
  gaps: true,
  silences: true,
}).extend({
  callId: CallId,
  channels: z.array(RecordingDescription.shape.channels.element.pick({ name: true, peaks: true })),
});
export type RecordingView = z.infer<typeof RecordingView>;

/** Why a recording is kept beyond its time. */
export const HoldKind = z.enum(['litigation', 'complaint']);
export type HoldKind = z.infer<typeof HoldKind>;

/** POST /api/recordings/search */
export const SearchRecordings = z.object({
  /** Days in Japan, both included. */
  from: z.iso.date().nullable(),
  until: z.iso.date().nullable(),
  agentId: UserId.nullable(),
  categoryCode: CategoryCode.nullable(),
  /** Only those in which something is missing. */
  hasGap: z.boolean(),
  /** Only those that are held. */
  isHeld: z.boolean(),
  page: z.int().min(0).max(10_000),
});
export type SearchRecordings = z.infer<typeof SearchRecordings>;

export const RecordingRow = z.object({
  callId: CallId,
  startedAt: Instant,
  seconds: z.number().nonnegative(),
  agent: z.object({ userId: UserId, name: z.string() }).nullable(),
  category: Category,
  channels: z.array(ChannelName),
  /** `gap`: something is missing. `unchecked`: not compared yet. */
  check: z.enum(['complete', 'gap', 'unchecked']),
  sealedBytes: z.int().nonnegative(),
  holds: z.array(HoldKind),
  /** The day after which it is deleted, unless held. */
  keepUntil: z.iso.date(),
});
export type RecordingRow = z.infer<typeof RecordingRow>;

export const RECORDINGS_PER_PAGE = 50;

export const RecordingPage = z.object({
  rows: z.array(RecordingRow),
  total: z.int().nonnegative(),
  /** To choose from, as far as the reader may see them. */
  agents: z.array(z.object({ userId: UserId, name: z.string() })),
  categories: z.array(Category),
});
export type RecordingPage = z.infer<typeof RecordingPage>;

/** POST /api/recordings/:callId/holds */
export const HoldRecording = z.object({ kind: HoldKind, isHeld: z.boolean() });
export type HoldRecording = z.infer<typeof HoldRecording>;

/** Something about recordings that a supervisor must look at. */
export const RecordingAlarm = z.object({
  id: z.string(),
  /** `unpacked`: written, but not sealed for want of room or of ffmpeg. */
  kind: z.enum(['gap', 'failed', 'unpacked', 'disk-low', 'disk-full', 'altered']),
  callId: CallId.nullable(),
  at: Instant,
  /** Of a gap. */
  seconds: z.number().nonnegative().nullable(),
  /** Of a disk. */
  freePct: z.number().nullable(),
});
export type RecordingAlarm = z.infer<typeof RecordingAlarm>;

/** POST /api/recordings/alarms/:alarmId/acknowledge answers what is left. */
export const RecordingAlarms = z.array(RecordingAlarm);

/** GET /api/recordings/capacity (R35: 100 hours for each of 32 seats). */
export const RecordingCapacity = z.object({
  plannedHours: z.number(),
  seats: z.int(),
  hoursPerSeat: z.number(),
  storedHours: z.number(),
  heldHours: z.number(),
  storedBytes: z.number(),
  /** Measured over what is stored; the plan's figure as long as nothing is. */
  bytesPerHour: z.number(),
  diskFreeBytes: z.number(),
  diskTotalBytes: z.number(),
  /** What would be stored if the disk were filled to the level at which recording stops. */
  possibleHours: z.number(),
  isPlanMet: z.boolean(),
  oldest: Instant.nullable(),
  newest: Instant.nullable(),
  /** Over the last 28 days. */
  hoursPerDay: z.number(),
  /** The day on which the disk is full at this pace, deletions by retention not counted; null: not within ten years. */
  fullOn: z.iso.date().nullable(),
  retentionDays: z.array(z.object({ category: Category, days: z.int(), storedHours: z.number() })),
});
export type RecordingCapacity = z.infer<typeof RecordingCapacity>;

export interface RecordingServerEvents {
  'recordings:alarms': (alarms: RecordingAlarm[]) => void;
}

export interface RecordingClientEvents {
  /** Answers the open alarms; later ones come as news. */
  'recordings:watch': (command: Record<string, never>, acknowledge: (reply: Ack<RecordingAlarm[]>) => void) => void;
}
