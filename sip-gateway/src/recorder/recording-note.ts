import { z } from 'zod';
import { ChannelName, MarkKind, PauseReason } from '#contracts/recordings.contract';

/** What the mixer tells of a recording besides sound. Each stands at its tick in the stream, and in the segment on disk. */
export const RecordingNote = z.discriminatedUnion('note', [
  /** All channels from here on, in their order; a later list only ever adds to an earlier one. */
  z.object({ note: z.literal('channels'), names: z.array(ChannelName) }),
  z.object({ note: z.literal('mark'), kind: MarkKind }),
  z.object({ note: z.literal('pause'), reason: PauseReason }),
  z.object({ note: z.literal('resume') }),
  /** Packets that came from this party while it was recorded on the leg it has just left. */
  z.object({ note: z.literal('packets'), name: ChannelName, received: z.int().nonnegative() }),
]);
export type RecordingNote = z.infer<typeof RecordingNote>;
