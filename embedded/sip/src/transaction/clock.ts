/** What needs time gets it from here, so that tests can turn the hands themselves. */
export interface Clock {
  /** Calls back once after `delayMs`; the returned function stops it. */
  startTimer(delayMs: number, onElapsed: () => void): () => void;
}

/** The machine's own timers. */
export const systemClock: Clock = {
  startTimer(delayMs, onElapsed) {
    const timer = setTimeout(onElapsed, delayMs);
    return () => clearTimeout(timer);
  },
};
