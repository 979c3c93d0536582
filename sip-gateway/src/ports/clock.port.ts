/** Time and timers, so that rules with a deadline can be tested without waiting. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Runs `task` once after `delayMs`; the function returned cancels it and is harmless afterwards. */
  schedule(delayMs: number, task: () => void): () => void;
}

/** ISO 8601 in UTC with milliseconds, as the contracts want it. */
export const toInstant = (ms: number): string => new Date(ms).toISOString();
