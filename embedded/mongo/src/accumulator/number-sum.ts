import { Decimal128, Double, Int32, Long } from 'bson';
import type { BsonNumber } from '../values/bson-value.ts';
import { addDecimals, decimalOfDouble, parseDecimal, stripZeros, toDecimal128, type ExactDecimal } from '../values/decimal.ts';

const TYPE_WIDTH = { int: 0, long: 1, double: 2, decimal: 3 } as const;
const LONG_LIMIT = 2 ** 63;
const INT_LIMIT = 2 ** 31;

/**
 * The sum of `$sum` and `$avg`: doubles and integers are added with their rounding errors kept apart (Knuth's two-sum), so that
 * the order of the documents hardly matters, and decimals exactly. The result has the widest type met; integers beyond 64 bits
 * become doubles.
 */
export class NumberSum {
  #sum = 0;
  #error = 0;
  /** The plain sum, which is right as soon as NaN or an infinity takes part. */
  #plain = 0;
  #width: number = TYPE_WIDTH.int;
  #decimals: ExactDecimal | number = { coefficient: 0n, exponent: 0 };

  add(value: BsonNumber): void {
    if (value instanceof Int32) this.#addDouble(value.value);
    else if (value instanceof Double) {
      this.#addDouble(value.value);
      if (this.#width < TYPE_WIDTH.double) this.#width = TYPE_WIDTH.double;
    } else if (value instanceof Long) this.#addLong(value);
    else this.#addDecimal(value);
  }

  value(): BsonNumber {
    if (this.#width === TYPE_WIDTH.decimal) return this.#decimalValue();
    if (this.#width === TYPE_WIDTH.double) return new Double(this.double());
    const total = BigInt(this.#sum) + BigInt(this.#error);
    if (this.#width === TYPE_WIDTH.int && Math.abs(this.#sum) < INT_LIMIT) return new Int32(Number(total));
    return BigInt.asIntN(64, total) === total ? Long.fromBigInt(total) : new Double(this.double());
  }

  get isDecimal(): boolean {
    return this.#width === TYPE_WIDTH.decimal;
  }

  /** The sum of everything but decimals. */
  double(): number {
    return Number.isFinite(this.#plain) ? this.#sum + this.#error : this.#plain;
  }

  #addDouble(value: number): void {
    const previous = this.#sum;
    const sum = previous + value;
    const added = sum - previous;
    this.#error += previous - (sum - added) + (value - added);
    this.#sum = sum;
    this.#plain += value;
  }

  #addLong(value: Long): void {
    if (this.#width < TYPE_WIDTH.long) this.#width = TYPE_WIDTH.long;
    const high = value.toNumber();
    this.#addDouble(high);
    // What the double could not hold of a long beyond 2^53.
    if (Math.abs(high) > Number.MAX_SAFE_INTEGER)
      this.#addDouble(high === LONG_LIMIT ? -1 : Number(value.toBigInt() - BigInt(high)));
  }

  #addDecimal(value: Decimal128): void {
    this.#width = TYPE_WIDTH.decimal;
    const exact = parseDecimal(value);
    const total = this.#decimals;
    if (typeof exact === 'object' && typeof total === 'object') this.#decimals = addDecimals(total, exact);
    else this.#decimals = (typeof total === 'object' ? 0 : total) + (typeof exact === 'object' ? 0 : exact);
  }

  #decimalValue(): Decimal128 {
    const total = this.#decimals;
    if (typeof total === 'object' && Number.isFinite(this.#plain)) {
      const rest = addDecimals(decimalOfDouble(this.#sum), decimalOfDouble(this.#error));
      // Binary fractions come with more zeros than a decimal is written with.
      return toDecimal128(rest.coefficient === 0n ? total : addDecimals(total, stripZeros(rest, 0)));
    }
    const special = (typeof total === 'object' ? 0 : total) + this.#plain;
    return Decimal128.fromString(Number.isNaN(special) ? 'NaN' : special > 0 ? 'Infinity' : '-Infinity');
  }
}
