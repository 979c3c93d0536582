import type { Clock } from './clock.ts';
import type { TimerName } from './timers.model.ts';

/** The running timers of one transaction. */
export class TimerSet {
  private readonly clock: Clock;
  private readonly running = new Map<TimerName, () => void>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Starts or restarts a timer. */
  start(name: TimerName, delayMs: number, onElapsed: () => void): void {
    this.stop(name);
    const stop = this.clock.startTimer(delayMs, () => {
      this.running.delete(name);
      onElapsed();
    });
    this.running.set(name, stop);
  }

  stop(name: TimerName): void {
    this.running.get(name)?.();
    this.running.delete(name);
  }

  stopAll(): void {
    for (const stop of this.running.values()) stop();
    this.running.clear();
  }
}
