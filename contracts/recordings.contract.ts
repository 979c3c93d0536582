import { z } from 'zod';
import { CallId, Instant } from './ids.contract.ts';

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

/** GET /api/calls/:callId/recording/waveform. The sound itself is GET /api/calls/:callId/recording (Opus in Ogg, one channel per party, byte ranges). */
export const Waveform = z.object({
  callId: CallId,
  /** Length in seconds. */
  seconds: z.number(),
  channels: z.array(
    z.object({
      party: ChannelName,
      /** Largest amplitude of each slice of the recording, 0 to 1; every channel has the same number of slices. */
      peaks: z.array(z.number().min(0).max(1)),
    }),
  ),
});
export type Waveform = z.infer<typeof Waveform>;
