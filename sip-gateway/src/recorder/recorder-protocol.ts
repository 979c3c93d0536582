import { z } from 'zod';
import { ChannelName } from '#contracts/recordings.contract';

/** What the gateway and its recorder process say to each other over IPC. Frames travel apart from this, see frame-stream.ts. */
const RecordingNumber = z.int().nonnegative().max(0xffff_ffff);

/** A path of plain names under the recordings folder; nothing that could lead out of it, or hide. */
export const RecordingFileName = z
  .string()
  .max(200)
  .regex(/^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\.recording$/);

export const recorderRequests = {
  /** Opens the next segment of a recording. */
  open: {
    params: z.object({ recording: RecordingNumber, file: RecordingFileName, segment: z.int().min(1).max(9999) }),
    result: z.null(),
  },
  finish: {
    params: z.object({ recording: RecordingNumber }),
    result: z.object({ ticks: z.int().nonnegative(), channels: z.array(ChannelName).readonly() }),
  },
  discard: { params: z.object({ recording: RecordingNumber }), result: z.null() },
  ping: { params: z.null(), result: z.null() },
} as const;

export const RecorderEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready') }),
  z.object({ event: z.literal('failed'), recording: RecordingNumber, reason: z.string() }),
]);
export type RecorderEvent = z.infer<typeof RecorderEvent>;

/** `socketPath` lies in a folder of its own, which the recorder removes when it exits. Keys are read from their file, never passed. */
export const RecorderConfig = z.object({ recordingsDir: z.string(), socketPath: z.string(), keyFile: z.string() });
export type RecorderConfig = z.infer<typeof RecorderConfig>;
