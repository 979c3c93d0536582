import type { z } from 'zod';
import type { Redis } from './redis.ts';

const MAX_ATTEMPTS = 20;
/** Writes only when the value is still the one that was read. */
const COMPARE_AND_SET = `
local current = redis.call('GET', KEYS[1])
if (current or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`;

/** A JSON value in Redis that several processes may change at once: each change is compare-and-set. */
export class RedisRecord<Value> {
  readonly #redis: Redis;
  readonly #schema: z.ZodType<Value>;
  readonly #initial: () => Value;

  constructor(redis: Redis, schema: z.ZodType<Value>, initial: () => Value) {
    this.#redis = redis;
    this.#schema = schema;
    this.#initial = initial;
  }

  /** The stored value, or the initial one where there is none or it is of an older form. */
  async read(key: string): Promise<Value> {
    return this.#parse(await this.#redis.get(key));
  }

  /** The values of several keys in their order. */
  async readMany(keys: readonly string[]): Promise<Value[]> {
    if (keys.length === 0) return [];
    const values = await this.#redis.mGet([...keys]);
    return values.map((text) => this.#parse(text));
  }

  /** Applies `change` to the current value; returning the same object leaves it. Answers the value before and after. */
  async change(key: string, change: (value: Value) => Value): Promise<{ before: Value; after: Value }> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const text = await this.#redis.get(key);
      const before = this.#parse(text);
      const after = change(before);
      if (after === before) return { before, after };
      const isWritten = await this.#redis.eval(COMPARE_AND_SET, { keys: [key], arguments: [text ?? '', JSON.stringify(after)] });
      if (isWritten === 1) return { before, after };
    }
    throw new Error('A record in Redis changed faster than it could be written.');
  }

  #parse(text: string | null): Value {
    if (text === null) return this.#initial();
    const parsed = this.#schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : this.#initial();
  }
}
