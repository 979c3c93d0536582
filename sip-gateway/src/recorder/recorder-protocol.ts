import { z } from 'zod';

/** What the gateway and its recorder process say to each other over IPC. Frames travel apart from this, see frame-stream.ts. */
const Receipt = z.object({
  seconds: z.number().nonnegative(),
  sha256: z.string().length(64),
  concealedFrames: z.array(z.int().nonnegative()),
});

const RecordingNumber = z.int().nonnegative().max(0xffff_ffff);

/** A path of plain names under the recordings folder; nothing that could lead out of it, or hide. */
export const RecordingFileName = z
  .string()
  .max(200)
  .regex(/^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\.wav$/);

export const recorderRequests = {
  open: {
    params: z.object({ recording: RecordingNumber, file: RecordingFileName, channels: z.int().min(1).max(32) }),
    result: z.null(),
  },
  finish: { params: z.object({ recording: RecordingNumber }), result: Receipt },
  discard: { params: z.object({ recording: RecordingNumber }), result: z.null() },
  ping: { params: z.null(), result: z.null() },
} as const;

export const RecorderEvent = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('ready'),
    repaired: z.array(z.object({ file: z.string(), seconds: z.number(), sha256: z.string() })),
    leftAlone: z.array(z.string()),
  }),
  z.object({ event: z.literal('failed'), recording: RecordingNumber, reason: z.string() }),
]);
export type RecorderEvent = z.infer<typeof RecorderEvent>;

/** `socketPath` lies in a folder of its own, which the recorder removes when it exits. */
export const RecorderConfig = z.object({ recordingsDir: z.string(), socketPath: z.string() });
export type RecorderConfig = z.infer<typeof RecorderConfig>;
