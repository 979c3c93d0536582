import { FRAME_MS } from './frame.ts';

/** After a short stall the missed ticks are run at once; a longer one would burst, so it is skipped and counted. */
const MAX_CATCH_UP_TICKS = 4;

export interface DueTicks {
  readonly run: number;
  readonly skipped: number;
  /** How late the earliest due tick is. */
  readonly latenessMs: number;
}

/** Says how many ticks are due at a time of the monotonic clock. Keeps the long-term rate exact. */
export class TickClock {
  #nextMs: number;

  constructor(nowMs: number) {
    this.#nextMs = nowMs + FRAME_MS;
  }

  /** When the next tick is due. */
  get nextMs(): number {
    return this.#nextMs;
  }

  /** Takes the ticks that are due now. */
  takeDue(nowMs: number): DueTicks {
    const latenessMs = nowMs - this.#nextMs;
    if (latenessMs < 0) return { run: 0, skipped: 0, latenessMs: 0 };
    const due = Math.floor(latenessMs / FRAME_MS) + 1;
    this.#nextMs += due * FRAME_MS;
    return due <= MAX_CATCH_UP_TICKS ? { run: due, skipped: 0, latenessMs } : { run: 1, skipped: due - 1, latenessMs };
  }
}
