import { z } from 'zod';
import { CallId } from './ids.contract.ts';

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

/** GET /api/calls/:callId/recording/waveform. The sound itself is GET /api/calls/:callId/recording (audio/wav, byte ranges). */
export const Waveform = z.object({
  callId: CallId,
  /** Length in seconds. */
  seconds: z.number(),
  channels: z.array(
    z.object({
      party: z.enum(['agent', 'resident']),
      /** Largest amplitude of each slice of the recording, 0 to 1; every channel has the same number of slices. */
      peaks: z.array(z.number().min(0).max(1)),
    }),
  ),
});
export type Waveform = z.infer<typeof Waveform>;
