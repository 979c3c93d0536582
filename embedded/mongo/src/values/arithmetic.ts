import { Decimal128, Double, Long } from 'bson';
import type { BsonNumber } from './bson-value.ts';
import { addDecimals, multiplyDecimals, toDecimal128, type ExactDecimal } from './decimal.ts';
import { integerResult, toDouble, toExact } from './numeric.ts';

interface Operation {
  readonly exact: (a: ExactDecimal, b: ExactDecimal) => ExactDecimal;
  readonly double: (a: number, b: number) => number;
  readonly integer: (a: bigint, b: bigint) => bigint;
}

const ADD: Operation = { exact: addDecimals, double: (a, b) => a + b, integer: (a, b) => a + b };
const SUBTRACT: Operation = {
  exact: (a, b) => addDecimals(a, { coefficient: -b.coefficient, exponent: b.exponent }),
  double: (a, b) => a - b,
  integer: (a, b) => a - b,
};
const MULTIPLY: Operation = { exact: multiplyDecimals, double: (a, b) => a * b, integer: (a, b) => a * b };

/** Result type is the widest operand's: decimal, double, long, int; int overflows to long. Undefined: 64-bit overflow. */
export const addNumbers = (a: BsonNumber, b: BsonNumber): BsonNumber | undefined => apply(ADD, a, b);
export const subtractNumbers = (a: BsonNumber, b: BsonNumber): BsonNumber | undefined => apply(SUBTRACT, a, b);
export const multiplyNumbers = (a: BsonNumber, b: BsonNumber): BsonNumber | undefined => apply(MULTIPLY, a, b);

function apply(operation: Operation, a: BsonNumber, b: BsonNumber): BsonNumber | undefined {
  if (a instanceof Decimal128 || b instanceof Decimal128) return decimalResult(operation, a, b);
  if (a instanceof Double || b instanceof Double) return new Double(operation.double(toDouble(a), toDouble(b)));
  const isLong = a instanceof Long || b instanceof Long;
  return integerResult(operation.integer(bigOf(a), bigOf(b)), isLong);
}

function decimalResult(operation: Operation, a: BsonNumber, b: BsonNumber): Decimal128 {
  // A double takes part with its 15 significant digits, as in MongoDB's Decimal128(double) conversion.
  const x = toExact(a instanceof Double ? roundedDecimal(a) : a);
  const y = toExact(b instanceof Double ? roundedDecimal(b) : b);
  if (typeof x === 'object' && typeof y === 'object') return toDecimal128(operation.exact(x, y));
  const result = operation.double(typeof x === 'object' ? toDouble(a) : x, typeof y === 'object' ? toDouble(b) : y);
  return Decimal128.fromString(Number.isNaN(result) ? 'NaN' : result > 0 ? 'Infinity' : '-Infinity');
}

/** MongoDB converts a double to decimal with 15 significant digits. */
export function roundedDecimal(value: Double): Decimal128 {
  if (!Number.isFinite(value.value)) return Decimal128.fromString(String(value.value));
  return Decimal128.fromString(value.value.toPrecision(15));
}

function bigOf(value: BsonNumber): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(toDouble(value));
}
