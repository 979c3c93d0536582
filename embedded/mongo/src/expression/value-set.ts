import type { BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { ValueKeys, type ValueKey } from './value-key.ts';

/** A set of BSON values in which equal numbers of different types are one, as MongoDB's comparison has it. */
export class ValueSet {
  readonly #keys: ValueKeys;
  readonly #values = new Map<ValueKey, BsonValue>();

  constructor(collation?: Collation) {
    this.#keys = new ValueKeys(collation);
  }

  static of(values: Iterable<BsonValue>, collation?: Collation): ValueSet {
    const set = new ValueSet(collation);
    for (const value of values) set.add(value);
    return set;
  }

  get size(): number {
    return this.#values.size;
  }

  /** True when the value was not there. */
  add(value: BsonValue): boolean {
    const key = this.#keys.of(value);
    if (this.#values.has(key)) return false;
    this.#values.set(key, value);
    return true;
  }

  has(value: BsonValue): boolean {
    return this.#values.has(this.#keys.of(value));
  }

  /** In the order in which they were added. */
  values(): Iterable<BsonValue> {
    return this.#values.values();
  }
}
