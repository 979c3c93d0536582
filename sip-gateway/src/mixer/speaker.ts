import type { LegId } from '../ports/mixer.port.ts';

/** Whoever can be heard: a leg of this thread, or one of another. */
export interface Speaker {
  readonly id: LegId;
  /** What it says in the current tick; 160 samples. */
  readonly frame: Int16Array;
  /** Whether this tick's frame came from packets in full. */
  readonly isFramePlayed: boolean;
  /** RTP packets received on its leg so far. */
  readonly packetsReceived: number;
}
