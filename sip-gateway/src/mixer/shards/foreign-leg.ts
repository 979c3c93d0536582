import type { LegId } from '../../ports/mixer.port.ts';
import { FRAME_SAMPLES } from '../frame.ts';
import type { Speaker } from '../speaker.ts';
import type { FrameBoard } from './frame-board.ts';

/** A leg of another thread, as it was one tick ago. */
export class ForeignLeg implements Speaker {
  readonly id: LegId;
  readonly frame = new Int16Array(FRAME_SAMPLES);
  readonly #board: FrameBoard;
  readonly #slot: number;
  #isFramePlayed = false;

  constructor(id: LegId, slot: number, board: FrameBoard) {
    this.id = id;
    this.#slot = slot;
    this.#board = board;
  }

  get isFramePlayed(): boolean {
    return this.#isFramePlayed;
  }

  get packetsReceived(): number {
    return this.#board.packets(this.#slot);
  }

  /** Moves on: `tick` is the one now, what is heard is the one before. */
  pullFrame(tick: number): void {
    this.#isFramePlayed = this.#board.read(this.#slot, tick - 1, this.frame)?.isPlayed ?? false;
  }
}
