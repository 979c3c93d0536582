import { isNullish, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { compareValues } from '../values/compare.ts';
import type { Accumulator } from './accumulator.ts';

/** `$min` (sign -1) and `$max` (sign 1) in BSON order; null and missing take no part. */
export class Extreme implements Accumulator {
  readonly #sign: 1 | -1;
  readonly #collation: Collation | undefined;
  #best: BsonValue = undefined;

  constructor(sign: 1 | -1, collation: Collation | undefined) {
    this.#sign = sign;
    this.#collation = collation;
  }

  add(value: BsonValue): void {
    if (isNullish(value)) return;
    if (this.#best === undefined || compareValues(value, this.#best, this.#collation) * this.#sign > 0) this.#best = value;
  }

  result(): BsonValue {
    return this.#best ?? null;
  }
}

/** `$minN` and `$maxN`: the n best values, the best first. */
export class Extremes implements Accumulator {
  readonly #wanted: number;
  readonly #compare: (a: BsonValue, b: BsonValue) => number;
  readonly #best: BsonValue[] = [];

  constructor(sign: 1 | -1, wanted: number, collation: Collation | undefined) {
    this.#wanted = wanted;
    this.#compare = (a, b) => -sign * compareValues(a, b, collation);
  }

  add(value: BsonValue): void {
    if (isNullish(value)) return;
    insertSorted(this.#best, value, this.#compare);
    if (this.#best.length > this.#wanted) this.#best.pop();
  }

  result(): BsonValue {
    return this.#best;
  }
}

/** Puts an item behind all that are not greater, by halving. */
export function insertSorted<T>(sorted: T[], item: T, compare: (a: T, b: T) => number): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    // `middle` is a position of the array.
    if (compare(sorted[middle] as T, item) <= 0) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, item);
}
