import type { LegId } from './mixer.port.ts';

/** What the media engine itself counted, so that a recording is not checked against the mixer's own word. */
export interface PacketCounts {
  /** Packets received from this leg's party since its anchor exists; null when the engine does not know or does not answer. */
  received(leg: LegId): Promise<number | null>;
}
