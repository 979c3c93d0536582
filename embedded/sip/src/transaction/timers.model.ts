/** RFC 3261 §17.1.1.1 and table 4, in milliseconds. */
export interface TimerValues {
  readonly t1Ms: number;
  readonly t2Ms: number;
  readonly t4Ms: number;
}

export const DEFAULT_TIMERS: TimerValues = { t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000 };

/** The names of RFC 3261 table 4; L and M are from RFC 6026 §7. `cancelWait` is the wait of RFC 3261 §9.1 after a CANCEL. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | 'cancelWait';
