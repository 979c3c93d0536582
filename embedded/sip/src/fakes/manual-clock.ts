import type { Clock } from '../transaction/clock.ts';

/** A clock whose hands the test turns. */
export class ManualClock implements Clock {
  nowMs = 0;
  private timers: { readonly atMs: number; readonly onElapsed: () => void }[] = [];

  startTimer(delayMs: number, onElapsed: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, onElapsed };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  /** Lets time pass, calling every timer at its moment. */
  advance(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (;;) {
      const next = this.timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.onElapsed();
    }
    this.nowMs = endMs;
  }

  /** How many timers are running. */
  runningCount(): number {
    return this.timers.length;
  }
}
