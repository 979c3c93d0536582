import { Double, Int32, Decimal128, Long } from 'bson';
import { CommandError } from '../command-error.ts';
import { addNumbers } from '../values/arithmetic.ts';
import { isNullish, isNumber, type BsonNumber, type BsonValue } from '../values/bson-value.ts';
import { compareValues } from '../values/compare.ts';
import { toDouble } from '../values/numeric.ts';
import { encodeKeyPart } from '../storage/key-encoding.ts';
import { quotientOf } from '../expression/arithmetic-operators.ts';

/** Collects the values of one group. */
export interface Accumulator {
  add(value: BsonValue): void;
  result(): BsonValue;
}

/** Sums exactly in integers and decimals; 64-bit overflow continues as a double, as in MongoDB. */
class Sum implements Accumulator {
  #sum: BsonNumber = new Int32(0);

  add(value: BsonValue): void {
    if (!isNumber(value)) return;
    this.#sum = addNumbers(this.#sum, value) ?? new Double(toDouble(this.#sum) + toDouble(value));
  }

  result(): BsonValue {
    return this.#sum;
  }
}

class Average implements Accumulator {
  readonly #sum = new Sum();
  #count = 0;

  add(value: BsonValue): void {
    if (!isNumber(value)) return;
    this.#sum.add(value);
    this.#count += 1;
  }

  result(): BsonValue {
    if (this.#count === 0) return null;
    const sum = this.#sum.result();
    if (sum instanceof Decimal128) return quotientOf(sum, Long.fromNumber(this.#count));
    return isNumber(sum) ? new Double(toDouble(sum) / this.#count) : null;
  }
}

class Extreme implements Accumulator {
  readonly #sign: 1 | -1;
  #best: BsonValue = undefined;

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  add(value: BsonValue): void {
    if (isNullish(value)) return;
    if (this.#best === undefined || compareValues(value, this.#best) * this.#sign > 0) this.#best = value;
  }

  result(): BsonValue {
    return this.#best ?? null;
  }
}

class First implements Accumulator {
  #value: BsonValue = undefined;
  #hasValue = false;

  add(value: BsonValue): void {
    if (!this.#hasValue) this.#value = value;
    this.#hasValue = true;
  }

  result(): BsonValue {
    return this.#value ?? null;
  }
}

class Last implements Accumulator {
  #value: BsonValue = undefined;

  add(value: BsonValue): void {
    this.#value = value;
  }

  result(): BsonValue {
    return this.#value ?? null;
  }
}

class Push implements Accumulator {
  readonly #values: BsonValue[] = [];

  add(value: BsonValue): void {
    if (value !== undefined) this.#values.push(value);
  }

  result(): BsonValue {
    return this.#values;
  }
}

class AddToSet implements Accumulator {
  readonly #values = new Map<string, BsonValue>();

  add(value: BsonValue): void {
    if (value === undefined) return;
    const key = encodeKeyPart(value, 1).toString('latin1');
    if (!this.#values.has(key)) this.#values.set(key, value);
  }

  result(): BsonValue {
    return [...this.#values.values()];
  }
}

const FACTORIES: Readonly<Record<string, () => Accumulator>> = {
  $sum: () => new Sum(),
  $avg: () => new Average(),
  $min: () => new Extreme(-1),
  $max: () => new Extreme(1),
  $first: () => new First(),
  $last: () => new Last(),
  $push: () => new Push(),
  $addToSet: () => new AddToSet(),
};

/** The factory of an accumulator; unknown names are error 15952. */
export function accumulatorFactory(name: string): () => Accumulator {
  const factory = Object.hasOwn(FACTORIES, name) ? FACTORIES[name] : undefined;
  if (factory === undefined) throw new CommandError(15952, `unknown group operator '${name}'`);
  return factory;
}
