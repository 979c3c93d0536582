import { FRAME_MS } from './frame.ts';
import type { DueTicks } from './tick-clock.ts';

/** 2 s of ticks. */
const WINDOW_TICKS = 2000 / FRAME_MS;
/** Above this share of its time the thread has no reserve for another leg. */
const MAX_BUSY = 0.85;
/** A tick that is a whole frame late empties the jitter buffers of those who listen; so many of them are no accident. */
const MAX_LATE_SHARE = 0.2;

/** Says when one leg more would harm those that run: from how busy the thread was in the last 2 s and how punctual its ticks were. */
export class LoadGuard {
  #ticks = 0;
  #late = 0;
  #isOverloaded = false;

  get isOverloaded(): boolean {
    return this.#isOverloaded;
  }

  /** Takes note of ticks that were due together. `takeBusy` says which share of the time since its last call the thread was busy, 0 to 1. */
  note(due: DueTicks, takeBusy: () => number): void {
    this.#ticks += due.run + due.skipped;
    this.#late += Math.floor(due.latenessMs / FRAME_MS);
    if (this.#ticks < WINDOW_TICKS) return;
    this.#isOverloaded = takeBusy() > MAX_BUSY || this.#late > this.#ticks * MAX_LATE_SHARE;
    this.#ticks = 0;
    this.#late = 0;
  }
}
