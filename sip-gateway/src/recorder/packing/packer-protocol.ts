import { z } from 'zod';
import { ChannelName, PackedRecording } from '#contracts/recordings.contract';
import { RecordingFileName } from '../recorder-protocol.ts';

/** What the gateway and its packer process say to each other over IPC. */
export const packerRequests = {
  /** Packs and seals a recording that is written; null when nothing of it reached the disk. Once done, it is only looked up. */
  pack: {
    params: z.object({ file: RecordingFileName, enginePackets: z.record(ChannelName, z.int().nonnegative()) }),
    result: PackedRecording.nullable(),
  },
  /** Length of a recording that is not packed, in seconds. */
  measure: { params: z.object({ file: RecordingFileName }), result: z.number().nonnegative() },
  /** What stands in the chain about this recording; null when it is not sealed. */
  find: { params: z.object({ file: RecordingFileName }), result: PackedRecording.nullable() },
} as const;

export const PackerEvent = z.discriminatedUnion('event', [z.object({ event: z.literal('ready') })]);
export type PackerEvent = z.infer<typeof PackerEvent>;

/** `ffmpeg` is the program. Keys are read from their file, never passed. */
export const PackerConfig = z.object({ recordingsDir: z.string(), keyFile: z.string(), ffmpeg: z.string() });
export type PackerConfig = z.infer<typeof PackerConfig>;
