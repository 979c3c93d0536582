import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A nonce answers challenges for this long; afterwards the browser is asked again with `stale`. */
const LIFE_MS = 60_000;
const RANDOM_BYTES = 12;
const TIME_BYTES = 6;
const MAC_BYTES = 16;

export type NonceVerdict = 'fresh' | 'stale' | 'forged';

/** Makes nonces that prove their own age (RFC 7616 §5.4) and lets each (nonce, count) pair be used once. */
export class NonceMint {
  readonly #key: Buffer = randomBytes(32);
  /** Highest count seen by nonce, for nonces that are still alive. */
  readonly #counts = new Map<string, { count: number; readonly diesAtMs: number }>();

  issue(nowMs: number): string {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUIntBE(nowMs, 0, TIME_BYTES);
    const body = Buffer.concat([time, randomBytes(RANDOM_BYTES)]);
    return Buffer.concat([body, this.#sign(body)]).toString('base64url');
  }

  /** Uses a nonce up to this count. A count that was used before is `stale`: the browser may ask again, a thief gains nothing. */
  redeem(nonce: string, count: number, nowMs: number): NonceVerdict {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== TIME_BYTES + RANDOM_BYTES + MAC_BYTES) return 'forged';
    const body = bytes.subarray(0, TIME_BYTES + RANDOM_BYTES);
    if (!timingSafeEqual(bytes.subarray(TIME_BYTES + RANDOM_BYTES), this.#sign(body))) return 'forged';
    const diesAtMs = body.readUIntBE(0, TIME_BYTES) + LIFE_MS;
    if (nowMs > diesAtMs) return 'stale';
    this.#forgetDead(nowMs);
    if (count <= (this.#counts.get(nonce)?.count ?? 0)) return 'stale';
    this.#counts.set(nonce, { count, diesAtMs });
    return 'fresh';
  }

  #sign(body: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(body).digest().subarray(0, MAC_BYTES);
  }

  /** Insertion order is age order, nearly: stopping at the first living nonce keeps this cheap. */
  #forgetDead(nowMs: number): void {
    for (const [nonce, { diesAtMs }] of this.#counts) {
      if (diesAtMs >= nowMs) return;
      this.#counts.delete(nonce);
    }
  }
}
