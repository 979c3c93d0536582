import { Decimal128, Double, Int32, Long } from 'bson';
import { compareDecimals, decimalOfDouble, parseDecimal, type ExactDecimal } from './decimal.ts';
import type { BsonNumber } from './bson-value.ts';

const MIN_INT = -(2n ** 31n);
const MAX_INT = 2n ** 31n - 1n;
const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

/** The nearest double. */
export function toDouble(value: BsonNumber): number {
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (value instanceof Long) return value.toNumber();
  return Number(value.toString());
}

/** The exact value, or NaN and the infinities as JS numbers. */
export function toExact(value: BsonNumber): ExactDecimal | number {
  if (value instanceof Int32) return { coefficient: BigInt(value.value), exponent: 0 };
  if (value instanceof Long) return { coefficient: value.toBigInt(), exponent: 0 };
  if (value instanceof Double) return Number.isFinite(value.value) ? decimalOfDouble(value.value) : value.value;
  return parseDecimal(value);
}

/** Compares by exact numeric value across all four number types; NaN is equal to NaN and below everything (BSON order). */
export function compareNumbers(a: BsonNumber, b: BsonNumber): number {
  if ((a instanceof Int32 || a instanceof Double) && (b instanceof Int32 || b instanceof Double))
    return compareDoubles(a.value, b.value);
  if (a instanceof Long && b instanceof Long) return a.compare(b);
  const x = toExact(a);
  const y = toExact(b);
  if (typeof x === 'object' && typeof y === 'object') return compareDecimals(x, y);
  return compareDoubles(typeof x === 'object' ? 0 : x, typeof y === 'object' ? 0 : y);
}

function compareDoubles(x: number, y: number): number {
  if (Number.isNaN(x)) return Number.isNaN(y) ? 0 : -1;
  if (Number.isNaN(y)) return 1;
  return x < y ? -1 : x > y ? 1 : 0;
}

export function isNaNNumber(value: BsonNumber): boolean {
  if (value instanceof Double) return Number.isNaN(value.value);
  return value instanceof Decimal128 && value.toString() === 'NaN';
}

/** The value as a bigint when it is a whole number, else undefined. */
export function toInteger(value: BsonNumber): bigint | undefined {
  if (value instanceof Int32) return BigInt(value.value);
  if (value instanceof Long) return value.toBigInt();
  if (value instanceof Double) return Number.isInteger(value.value) ? BigInt(value.value) : undefined;
  const exact = parseDecimal(value);
  if (typeof exact === 'number') return undefined;
  if (exact.exponent >= 0) return exact.exponent > 40 ? undefined : exact.coefficient * 10n ** BigInt(exact.exponent);
  const unit = 10n ** BigInt(-exact.exponent);
  return exact.coefficient % unit === 0n ? exact.coefficient / unit : undefined;
}

/** A result of integer arithmetic: int where it fits and no operand was wider, then long; undefined beyond 64 bits. */
export function integerResult(value: bigint, isLong: boolean): Int32 | Long | undefined {
  if (!isLong && value >= MIN_INT && value <= MAX_INT) return new Int32(Number(value));
  if (value >= MIN_LONG && value <= MAX_LONG) return Long.fromBigInt(value);
  return undefined;
}

/** A count or size: int where it fits, else long. */
export const countValue = (count: number): Int32 | Long => integerResult(BigInt(count), false) ?? Long.MAX_VALUE;
