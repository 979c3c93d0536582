import { z } from 'zod';
import { CallId } from './ids.contract.ts';

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
