import { Decimal128, Double } from 'bson';
import { isNumber, type BsonValue } from '../values/bson-value.ts';
import { divideDecimal } from '../values/decimal-math.ts';
import { toDouble } from '../values/numeric.ts';
import type { Accumulator } from './accumulator.ts';
import { NumberSum } from './number-sum.ts';

/** `$sum`: everything that is not a number is passed over. */
export class Sum implements Accumulator {
  readonly #sum = new NumberSum();

  add(value: BsonValue): void {
    if (isNumber(value)) this.#sum.add(value);
  }

  result(): BsonValue {
    return this.#sum.value();
  }
}

/** `$avg`: null without a number. */
export class Average implements Accumulator {
  readonly #sum = new NumberSum();
  #count = 0;

  add(value: BsonValue): void {
    if (!isNumber(value)) return;
    this.#sum.add(value);
    this.#count += 1;
  }

  result(): BsonValue {
    if (this.#count === 0) return null;
    const total = this.#sum.isDecimal ? this.#sum.value() : undefined;
    if (total instanceof Decimal128) return divideDecimal(total, Decimal128.fromString(String(this.#count)));
    return new Double(this.#sum.double() / this.#count);
  }
}

/** `$stdDevPop` and `$stdDevSamp`, by Welford's method. */
export class StandardDeviation implements Accumulator {
  readonly #isSample: boolean;
  #count = 0;
  #mean = 0;
  #squares = 0;

  constructor(isSample: boolean) {
    this.#isSample = isSample;
  }

  add(value: BsonValue): void {
    if (!isNumber(value)) return;
    const number = toDouble(value);
    this.#count += 1;
    const delta = number - this.#mean;
    if (delta === 0) return;
    this.#mean += delta / this.#count;
    this.#squares += delta * (number - this.#mean);
  }

  result(): BsonValue {
    const divisor = this.#isSample ? this.#count - 1 : this.#count;
    return divisor <= 0 ? null : new Double(Math.sqrt(this.#squares / divisor));
  }
}

const FIRST_CAPACITY = 16;

/** The numbers of a group, for `$percentile` and `$median`. The result is the exact discrete percentile. */
export class Percentiles {
  readonly #fractions: readonly number[];
  #numbers = new Float64Array(FIRST_CAPACITY);
  #count = 0;

  constructor(fractions: readonly number[]) {
    this.#fractions = fractions;
  }

  add(value: BsonValue): void {
    if (!isNumber(value)) return;
    if (this.#count === this.#numbers.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#count] = toDouble(value);
    this.#count += 1;
  }

  results(): BsonValue[] {
    const count = this.#count;
    // NaN sorts below all numbers in BSON and last in typed arrays.
    const sorted = this.#numbers.slice(0, count).sort();
    const firstNaN = sorted.findIndex((value) => Number.isNaN(value));
    const nanCount = firstNaN < 0 ? 0 : count - firstNaN;
    return this.#fractions.map((fraction) => {
      if (count === 0) return null;
      const rank = Math.max(0, Math.ceil(fraction * count) - 1);
      return new Double(rank < nanCount ? NaN : (sorted[rank - nanCount] ?? NaN));
    });
  }
}
