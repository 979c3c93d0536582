import { sourceKey } from './ip-address.ts';

/** How much one source may say. */
export interface RateLimits {
  readonly messagesPerS: number;
  /** How many may come at once after a silence. */
  readonly burst: number;
}

const MAX_SOURCES = 20_000;

/** One bucket of tokens for each source; a message costs one. Times are in ms, from any clock that does not jump. */
export class RateLimiter {
  private readonly limits: RateLimits;
  private readonly nowMs: () => number;
  private readonly buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(limits: RateLimits, nowMs: () => number = () => performance.now()) {
    this.limits = limits;
    this.nowMs = nowMs;
  }

  /** Takes a token where there is one; false when the source has used up what it may say. */
  takes(address: string): boolean {
    const bucket = this.bucketOf(address);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Takes a token even on credit, and returns after how many ms the debt is paid. */
  takeOnCredit(address: string): number {
    const bucket = this.bucketOf(address);
    bucket.tokens -= 1;
    return bucket.tokens >= 0 ? 0 : Math.ceil((-bucket.tokens * 1_000) / this.limits.messagesPerS);
  }

  private bucketOf(address: string): { tokens: number; atMs: number } {
    const key = sourceKey(address);
    const nowMs = this.nowMs();
    const known = this.buckets.get(key);
    if (known === undefined) {
      // The longest known goes first: forged sources cannot fill the memory, and at worst a silent one is forgiven.
      const oldest = this.buckets.size >= MAX_SOURCES ? this.buckets.keys().next().value : undefined;
      if (oldest !== undefined) this.buckets.delete(oldest);
      const bucket = { tokens: this.limits.burst, atMs: nowMs };
      this.buckets.set(key, bucket);
      return bucket;
    }
    known.tokens = Math.min(this.limits.burst, known.tokens + ((nowMs - known.atMs) * this.limits.messagesPerS) / 1_000);
    known.atMs = nowMs;
    return known;
  }
}
