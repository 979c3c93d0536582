import { createHash } from 'node:crypto';
import type { Redis } from '../platform/database/redis.ts';
import { DomainError } from '../platform/errors.ts';

const WINDOW_SECONDS = 15 * 60;
const MAX_FAILURES_PER_ACCOUNT = 5;
/** Higher, because a whole floor may share one address behind a proxy; it still ends password spraying. */
const MAX_FAILURES_PER_ADDRESS = 20;

/** Counts failed log-ins by account and by address, in Redis so that every server sees them. */
export class LoginThrottle {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Counts an attempt before it is judged, so that parallel guesses count too. Throws session.too-many-attempts. */
  async admit(userNumber: string, address: string): Promise<void> {
    const attempts = await this.#count(accountKey(userNumber));
    const fromAddress = await this.#count(addressKey(address));
    if (attempts > MAX_FAILURES_PER_ACCOUNT || fromAddress > MAX_FAILURES_PER_ADDRESS)
      throw new DomainError('session.too-many-attempts');
  }

  /** A success clears the account and takes its own attempt off the address. */
  async succeed(userNumber: string, address: string): Promise<void> {
    await Promise.all([this.#redis.del(accountKey(userNumber)), this.#redis.decr(addressKey(address))]);
  }

  async #count(key: string): Promise<number> {
    const [attempts] = await this.#redis.multi().incr(key).expire(key, WINDOW_SECONDS, 'NX').exec();
    return Number(attempts);
  }
}

/** Hashed: what somebody typed may be a password in the wrong field. */
const accountKey = (userNumber: string): string =>
  `kk:login-failures:account:${createHash('sha256').update(userNumber.toLowerCase()).digest('hex')}`;
const addressKey = (address: string): string => `kk:login-failures:address:${address}`;
