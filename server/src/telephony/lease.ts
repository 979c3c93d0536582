import { randomUUID } from 'node:crypto';
import type { Redis } from '../platform/database/redis.ts';

const LIFE_MS = 3_000;

/** Holds, renews or takes the lease when it is free: answers whether this process holds it now. */
const HOLD = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Lets one of several server processes do what must be done in order. A holder that dies is replaced after 3 s. */
export class Lease {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #holder = randomUUID();

  constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  async hold(): Promise<boolean> {
    return (await this.#redis.eval(HOLD, { keys: [this.#key], arguments: [this.#holder, String(LIFE_MS)] })) === 1;
  }

  async release(): Promise<void> {
    await this.#redis.eval(RELEASE, { keys: [this.#key], arguments: [this.#holder] });
  }
}
