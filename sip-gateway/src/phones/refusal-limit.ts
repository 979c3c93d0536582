import type { Clock } from '../ports/clock.port.ts';

const WINDOW_MS = 60_000;
const PER_ADDRESS = 20;
/** Addresses remembered at once; forged ones must not fill the memory. */
const MAX_ADDRESSES = 1_000;

/** Anybody who can reach the SIP port can be refused: this keeps a flood of that from filling the journal and the audit. */
export class RefusalLimit {
  readonly #clock: Clock;
  #windowEndsMs = 0;
  readonly #counts = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True while this address has not been refused 20 times in this minute. */
  isWorthTelling(address: string): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs >= this.#windowEndsMs) {
      this.#windowEndsMs = nowMs + WINDOW_MS;
      this.#counts.clear();
    }
    const count = this.#counts.get(address) ?? 0;
    if (count >= PER_ADDRESS || (count === 0 && this.#counts.size >= MAX_ADDRESSES)) return false;
    this.#counts.set(address, count + 1);
    return true;
  }
}
