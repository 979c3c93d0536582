import { Decimal128, Int32, Long } from 'bson';
import { bsonTypeName, isNumber, type BsonNumber, type BsonValue } from '../values/bson-value.ts';
import { toDouble, toInteger } from '../values/numeric.ts';

const MIN_INT = -(2 ** 31);
const MAX_INT = 2 ** 31 - 1;

/** The value as a 32-bit integer, if it is one; doubles and decimals count when they are whole. */
export function int32Of(value: BsonValue): number | undefined {
  if (value instanceof Int32) return value.value;
  const integer = isNumber(value) ? toInteger(value) : undefined;
  if (integer === undefined || integer < MIN_INT || integer > MAX_INT) return undefined;
  return Number(integer);
}

/** The value as a 64-bit integer, if it is one. */
export function int64Of(value: BsonValue): bigint | undefined {
  const integer = isNumber(value) ? toInteger(value) : undefined;
  return integer === undefined || BigInt.asIntN(64, integer) !== integer ? undefined : integer;
}

type NumberType = 'int' | 'long' | 'double' | 'decimal';

/** The type that holds both operands: decimal before double before long before int. */
export function widestType(a: BsonNumber, b: BsonNumber): NumberType {
  if (a instanceof Decimal128 || b instanceof Decimal128) return 'decimal';
  const types = [bsonTypeName(a), bsonTypeName(b)];
  if (types.includes('double')) return 'double';
  return types.includes('long') ? 'long' : 'int';
}

/** A whole number as int where that is enough, else as long. */
export function intOrLong(value: number): Int32 | Long {
  return value >= MIN_INT && value <= MAX_INT ? new Int32(value) : Long.fromNumber(value);
}

export const isInteger = (value: BsonNumber): value is Int32 | Long => value instanceof Int32 || value instanceof Long;

/** True for a number of value zero, false for NaN. */
export const isZero = (value: BsonNumber): boolean => toDouble(value) === 0 && !isTinyDecimal(value);

/** A decimal below the range of doubles reads as zero when it is made a double. */
const isTinyDecimal = (value: BsonNumber): boolean =>
  value instanceof Decimal128 && /[1-9]/.test(value.toString().split('E')[0] ?? '');
