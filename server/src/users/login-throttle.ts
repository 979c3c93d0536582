import { createHash } from 'node:crypto';
import type { Redis } from '../platform/database/redis.ts';
import { DomainError } from '../platform/errors.ts';

const WINDOW_SECONDS = 15 * 60;
const MAX_FAILURES_PER_ACCOUNT = 5;
/** Higher, because a whole floor may share one address behind a proxy; it still ends password spraying. */
const MAX_FAILURES_PER_ADDRESS = 20;

/** Password checks at the same time: they bound how many guesses can overtake the count. Generous: a whole floor logs in at eight. */
const MAX_UNDER_WAY_PER_ACCOUNT = 10;
const MAX_UNDER_WAY_PER_ADDRESS = 200;

/** Counts wrong passwords by account and by address, in Redis so that every server sees them. */
export class LoginThrottle {
  readonly #redis: Redis;
  readonly #underWay = new Map<string, number>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Runs `judge`, which answers null for wrong credentials: only that counts. A right password clears the account.
   * Throws session.too-many-attempts without judging; a refused attempt counts for nothing.
   */
  async attempt<T>(userNumber: string, address: string, judge: () => Promise<T | null>): Promise<T | null> {
    const account = {
      key: accountKey(userNumber),
      maxFailures: MAX_FAILURES_PER_ACCOUNT,
      maxUnderWay: MAX_UNDER_WAY_PER_ACCOUNT,
    };
    const origin = { key: addressKey(address), maxFailures: MAX_FAILURES_PER_ADDRESS, maxUnderWay: MAX_UNDER_WAY_PER_ADDRESS };
    const windows = [account, origin];
    if (windows.some(({ key, maxUnderWay }) => (this.#underWay.get(key) ?? 0) >= maxUnderWay))
      throw new DomainError('session.too-many-attempts');
    for (const { key } of windows) this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
    try {
      const failures = await Promise.all(windows.map(async ({ key }) => Number((await this.#redis.get(key)) ?? 0)));
      if (windows.some(({ maxFailures }, index) => (failures[index] ?? 0) >= maxFailures))
        throw new DomainError('session.too-many-attempts');
      const judged = await judge();
      if (judged === null) await Promise.all(windows.map(({ key }) => this.#count(key)));
      else await this.#redis.del(account.key);
      return judged;
    } finally {
      for (const { key } of windows) this.#leave(key);
    }
  }

  #leave(key: string): void {
    const left = (this.#underWay.get(key) ?? 1) - 1;
    if (left > 0) this.#underWay.set(key, left);
    else this.#underWay.delete(key);
  }

  async #count(key: string): Promise<void> {
    await this.#redis.multi().incr(key).expire(key, WINDOW_SECONDS, 'NX').exec();
  }
}

/** Hashed: what somebody typed may be a password in the wrong field. */
const accountKey = (userNumber: string): string =>
  `kk:login-failures:account:${createHash('sha256').update(userNumber.toLowerCase()).digest('hex')}`;
const addressKey = (address: string): string => `kk:login-failures:address:${address}`;
