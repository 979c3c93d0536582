import { Decimal128, Double, Int32, Long } from 'bson';
import { badValue, CommandError, typeMismatch } from '../command-error.ts';
import { addNumbers, multiplyNumbers, roundedDecimal, subtractNumbers } from '../values/arithmetic.ts';
import { bsonTypeName, isNullish, isNumber, type BsonNumber, type BsonValue } from '../values/bson-value.ts';
import { divideDecimal, moduloDecimal, quantizeDecimal } from '../values/decimal-math.ts';
import { integerResult, toDouble, toInteger } from '../values/numeric.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { intOrLong, isZero } from './number-argument.ts';
import { binaryOperator, listOperands } from './operands.ts';

/** Sum of two numbers; integers beyond 64 bits continue as doubles. */
export function sumOf(a: BsonNumber, b: BsonNumber): BsonNumber {
  if (a instanceof Int32 && b instanceof Int32) return intOrLong(a.value + b.value);
  return addNumbers(a, b) ?? new Double(toDouble(a) + toDouble(b));
}

const differenceOf = (a: BsonNumber, b: BsonNumber): BsonNumber =>
  a instanceof Int32 && b instanceof Int32
    ? intOrLong(a.value - b.value)
    : (subtractNumbers(a, b) ?? new Double(toDouble(a) - toDouble(b)));

const productOf = (a: BsonNumber, b: BsonNumber): BsonNumber => multiplyNumbers(a, b) ?? new Double(toDouble(a) * toDouble(b));

/** Any finite or special number as decimal; doubles with 15 digits, as MongoDB converts them. */
export function decimalOf(value: BsonNumber): Decimal128 {
  if (value instanceof Decimal128) return value;
  return value instanceof Double ? roundedDecimal(value) : Decimal128.fromString(value.toString());
}

/** `$add`: numbers, and at most one date to which the numbers are added as milliseconds. */
const add: OperatorCompiler = (operand, context) => {
  const terms = listOperands(operand, context);
  return (scope) => {
    let sum: BsonNumber = new Int32(0);
    let date: Date | undefined;
    for (const term of terms) {
      const value = term(scope);
      if (isNullish(value)) return null;
      if (isNumber(value)) sum = sumOf(sum, value);
      else if (!(value instanceof Date))
        throw typeMismatch(`$add only supports numeric or date types, not ${bsonTypeName(value)}`);
      else if (date !== undefined) throw new CommandError(16612, 'only one date allowed in an $add expression');
      else date = value;
    }
    return date === undefined ? sum : shiftDate(date, sum, 1);
  };
};

const subtract = binaryOperator('$subtract', (minuend, subtrahend) => {
  if (isNullish(minuend) || isNullish(subtrahend)) return null;
  if (isNumber(minuend) && isNumber(subtrahend)) return differenceOf(minuend, subtrahend);
  if (minuend instanceof Date && subtrahend instanceof Date) return Long.fromNumber(minuend.getTime() - subtrahend.getTime());
  if (minuend instanceof Date && isNumber(subtrahend)) return shiftDate(minuend, subtrahend, -1);
  throw typeMismatch(`can't $subtract ${bsonTypeName(subtrahend)} from ${bsonTypeName(minuend)}`);
});

/** A date and milliseconds, which are rounded to whole ones. */
function shiftDate(date: Date, amount: BsonNumber, sign: 1 | -1): Date {
  const milliseconds =
    amount instanceof Decimal128 ? toDouble(quantizeDecimal(amount, 0, 'half-even')) : roundAway(toDouble(amount));
  const shifted = new Date(date.getTime() + sign * milliseconds);
  if (Number.isNaN(shifted.getTime())) throw new CommandError(15, 'date overflow');
  return shifted;
}

/** Rounds halves away from zero, as C's llround does. */
const roundAway = (value: number): number => Math.sign(value) * Math.round(Math.abs(value));

const multiply: OperatorCompiler = (operand, context) => {
  const factors = listOperands(operand, context);
  return (scope) => {
    let product: BsonNumber = new Int32(1);
    for (const factor of factors) {
      const value = factor(scope);
      if (isNullish(value)) return null;
      if (!isNumber(value)) throw typeMismatch(`$multiply only supports numeric types, not ${bsonTypeName(value)}`);
      product = productOf(product, value);
    }
    return product;
  };
};

const divide = binaryOperator('$divide', (dividend, divisor) => {
  if (isNumber(dividend) && isNumber(divisor)) return quotientOf(dividend, divisor);
  if (isNullish(dividend) || isNullish(divisor)) return null;
  throw typeMismatch(`$divide only supports numeric types, not ${bsonTypeName(dividend)} and ${bsonTypeName(divisor)}`);
});

/** Division gives a double, or a decimal when either operand is one. */
function quotientOf(dividend: BsonNumber, divisor: BsonNumber): BsonNumber {
  if (isZero(divisor)) throw badValue("can't $divide by zero");
  if (dividend instanceof Decimal128 || divisor instanceof Decimal128)
    return divideDecimal(decimalOf(dividend), decimalOf(divisor));
  return new Double(toDouble(dividend) / toDouble(divisor));
}

const mod = binaryOperator('$mod', (dividend, divisor) => {
  if (isNumber(dividend) && isNumber(divisor)) return remainderOf(dividend, divisor);
  if (isNullish(dividend) || isNullish(divisor)) return null;
  throw new CommandError(16611, `$mod only supports numeric types, not ${bsonTypeName(dividend)} and ${bsonTypeName(divisor)}`);
});

/** The remainder has the sign of the dividend. */
function remainderOf(dividend: BsonNumber, divisor: BsonNumber): BsonValue {
  const isDecimal = dividend instanceof Decimal128 || divisor instanceof Decimal128;
  if (isZero(divisor)) throw new CommandError(isDecimal ? 5733415 : 16610, "can't $mod by zero");
  if (isDecimal) return moduloDecimal(decimalOf(dividend), decimalOf(divisor));
  if (dividend instanceof Double || divisor instanceof Double) return new Double(toDouble(dividend) % toDouble(divisor));
  const remainder = (toInteger(dividend) ?? 0n) % (toInteger(divisor) ?? 1n);
  return integerResult(remainder, dividend instanceof Long || divisor instanceof Long);
}

export const arithmeticOperators: OperatorTable = {
  $add: add,
  $subtract: subtract,
  $multiply: multiply,
  $divide: divide,
  $mod: mod,
};
