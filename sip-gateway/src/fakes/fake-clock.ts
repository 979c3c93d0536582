import type { Clock } from '../ports/clock.port.ts';

interface Timer {
  readonly dueMs: number;
  readonly task: () => void;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #nowMs = Date.UTC(2026, 3, 1, 1);
  readonly #timers = new Set<Timer>();

  nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, task };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Lets this much time pass, running what is due on the way, in order. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (let next = this.#earliest(); next !== undefined && next.dueMs <= end; next = this.#earliest()) {
      this.#timers.delete(next);
      this.#nowMs = next.dueMs;
      next.task();
    }
    this.#nowMs = end;
  }

  get timers(): number {
    return this.#timers.size;
  }

  #earliest(): Timer | undefined {
    return [...this.#timers].sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}
