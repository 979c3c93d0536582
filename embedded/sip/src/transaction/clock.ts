/** What needs time gets it from here, so that tests can turn the hands themselves. */
export interface Clock {
  /** Calls back once after `delayMs`; the returned function stops it. */
  startTimer(delayMs: number, onElapsed: () => void): () => void;
}

/** `setTimeout` takes 31 bits; what is longer would elapse at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The machine's own timers. */
export const systemClock: Clock = {
  startTimer(delayMs, onElapsed) {
    let timer: NodeJS.Timeout;
    const wait = (restMs: number): void => {
      timer = restMs > LONGEST_MS ? setTimeout(() => wait(restMs - LONGEST_MS), LONGEST_MS) : setTimeout(onElapsed, restMs);
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};
