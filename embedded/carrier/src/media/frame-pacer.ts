/** Length of one frame in milliseconds. */
export const FRAME_MS = 20;
/** A sender that was held up longer than this skips what it missed instead of sending it in one burst. */
const LARGEST_BACKLOG_FRAMES = 5;

export interface FramesDue {
  /** Frames to send now. */
  readonly send: number;
  /** Frames whose time has passed: they are not sent, only counted in the RTP timestamp. */
  readonly skip: number;
}

/** Says how many frames of 20 ms are due. Counts from one fixed instant, so that late timers never add up. */
export class FramePacer {
  readonly #startMs: number;
  #counted = 0;

  /** @param startMs when the first frame is due, on a monotonic clock */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** Frames due at `nowMs`; they count as sent or skipped from then on. */
  take(nowMs: number): FramesDue {
    const reached = Math.floor((nowMs - this.#startMs) / FRAME_MS) + 1;
    const due = Math.max(0, reached - this.#counted);
    this.#counted += due;
    const skip = due > LARGEST_BACKLOG_FRAMES ? due - 1 : 0;
    return { send: due - skip, skip };
  }

  /** When the next frame is due, on the same clock. */
  get nextMs(): number {
    return this.#startMs + this.#counted * FRAME_MS;
  }
}
