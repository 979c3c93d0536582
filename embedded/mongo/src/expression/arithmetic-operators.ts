import { Decimal128, Double, Int32, Long } from 'bson';
import { CommandError, typeMismatch } from '../command-error.ts';
import { bsonTypeName, isNullish, isNumber, type BsonNumber, type BsonValue } from '../values/bson-value.ts';
import { addNumbers, multiplyNumbers, roundedDecimal, subtractNumbers } from '../values/arithmetic.ts';
import { divideDecimals, toDecimal128, type ExactDecimal } from '../values/decimal.ts';
import { compareNumbers, integerResult, toDouble, toExact } from '../values/numeric.ts';
import type { OperatorCompiler } from './expression.ts';
import { fixedOperands, listOperands } from './operands.ts';

const ZERO = new Int32(0);

/** `$add`: numbers, and at most one date to which the numbers are added as milliseconds. */
const add: OperatorCompiler = (operand, compile) => {
  const terms = listOperands(operand, compile);
  return (scope) => {
    let sum: BsonNumber = ZERO;
    let date: Date | undefined;
    for (const term of terms) {
      const value = term(scope);
      if (isNullish(value)) return null;
      if (value instanceof Date && date === undefined) date = value;
      else if (isNumber(value)) sum = addNumbers(sum, value) ?? new Double(toDouble(sum) + toDouble(value));
      else throw typeMismatch(`$add only supports numeric or date types, not ${bsonTypeName(value)}`);
    }
    return date === undefined ? sum : shiftedDate(date, toDouble(sum));
  };
};

const subtract: OperatorCompiler = (operand, compile) => {
  const [left, right] = fixedOperands('$subtract', operand, 2, compile);
  return (scope) => {
    const minuend = left?.(scope);
    const subtrahend = right?.(scope);
    if (isNullish(minuend) || isNullish(subtrahend)) return null;
    if (minuend instanceof Date && subtrahend instanceof Date) return Long.fromNumber(minuend.getTime() - subtrahend.getTime());
    if (minuend instanceof Date && isNumber(subtrahend)) return shiftedDate(minuend, -toDouble(subtrahend));
    if (isNumber(minuend) && isNumber(subtrahend)) {
      return subtractNumbers(minuend, subtrahend) ?? new Double(toDouble(minuend) - toDouble(subtrahend));
    }
    throw typeMismatch(`can't $subtract ${bsonTypeName(subtrahend)} from ${bsonTypeName(minuend)}`);
  };
};

const multiply: OperatorCompiler = (operand, compile) => {
  const factors = listOperands(operand, compile);
  return (scope) => {
    let product: BsonNumber = new Int32(1);
    for (const factor of factors) {
      const value = factor(scope);
      if (isNullish(value)) return null;
      if (!isNumber(value)) throw typeMismatch(`$multiply only supports numeric types, not ${bsonTypeName(value)}`);
      product = multiplyNumbers(product, value) ?? new Double(toDouble(product) * toDouble(value));
    }
    return product;
  };
};

const divide: OperatorCompiler = (operand, compile) => {
  const [left, right] = fixedOperands('$divide', operand, 2, compile);
  return (scope) => {
    const dividend = left?.(scope);
    const divisor = right?.(scope);
    if (isNullish(dividend) || isNullish(divisor)) return null;
    if (!isNumber(dividend) || !isNumber(divisor)) {
      throw typeMismatch(`$divide only supports numeric types, not ${bsonTypeName(dividend)} and ${bsonTypeName(divisor)}`);
    }
    return quotientOf(dividend, divisor);
  };
};

/** Division gives a double, or a decimal when either operand is one. */
export function quotientOf(dividend: BsonNumber, divisor: BsonNumber): BsonNumber {
  if (compareNumbers(divisor, ZERO) === 0) throw new CommandError(2, "can't $divide by zero");
  if (!(dividend instanceof Decimal128) && !(divisor instanceof Decimal128))
    return new Double(toDouble(dividend) / toDouble(divisor));
  const a = exactOrThrow(dividend);
  const b = exactOrThrow(divisor);
  return toDecimal128(divideDecimals(a, b));
}

function exactOrThrow(value: BsonNumber): ExactDecimal {
  const exact = toExact(value instanceof Double ? roundedDecimal(value) : value);
  if (typeof exact === 'number')
    throw new CommandError(115, 'Dividing decimal NaN or infinity is not supported by the embedded document server');
  return exact;
}

const mod: OperatorCompiler = (operand, compile) => {
  const [left, right] = fixedOperands('$mod', operand, 2, compile);
  return (scope) => {
    const dividend = left?.(scope);
    const divisor = right?.(scope);
    if (isNullish(dividend) || isNullish(divisor)) return null;
    if (!isNumber(dividend) || !isNumber(divisor)) {
      throw new CommandError(
        16611,
        `$mod only supports numeric types, not ${bsonTypeName(dividend)} and ${bsonTypeName(divisor)}`,
      );
    }
    if (dividend instanceof Decimal128 || divisor instanceof Decimal128) {
      throw new CommandError(115, '$mod of decimals is not supported by the embedded document server');
    }
    if (toDouble(divisor) === 0) throw new CommandError(16610, "can't $mod by zero");
    if (dividend instanceof Double || divisor instanceof Double) return new Double(toDouble(dividend) % toDouble(divisor));
    const isLong = dividend instanceof Long || divisor instanceof Long;
    return integerResult(BigInt(dividend.toString()) % BigInt(divisor.toString()), isLong) ?? null;
  };
};

/** `$abs`, `$ceil`, `$floor`: integers stay as they are; decimals are refused rather than rounded through a double. */
function unary(operator: string, onDouble: (value: number) => number): OperatorCompiler {
  return (operand, compile) => {
    const [argument] = fixedOperands(operator, operand, 1, compile);
    return (scope) => {
      const value = argument?.(scope);
      if (isNullish(value)) return null;
      if (!isNumber(value)) throw new CommandError(28765, `${operator} only supports numeric types, not ${bsonTypeName(value)}`);
      if (value instanceof Double) return new Double(onDouble(value.value));
      if (value instanceof Decimal128) {
        throw new CommandError(115, `${operator} of a decimal is not supported by the embedded document server`);
      }
      if (operator !== '$abs' || toDouble(value) >= 0) return value;
      return subtractNumbers(ZERO, value) ?? tooLarge();
    };
  };
}

function tooLarge(): never {
  throw new CommandError(28680, "can't take $abs of long long min");
}

function shiftedDate(date: Date, milliseconds: number): Date {
  const shifted = new Date(date.getTime() + Math.trunc(milliseconds));
  if (Number.isNaN(shifted.getTime())) throw new CommandError(15, 'date overflow');
  return shifted;
}

/** Whether a value is a number, for accumulators that ignore everything else. */
export const asNumber = (value: BsonValue): BsonNumber | undefined => (isNumber(value) ? value : undefined);

export const arithmeticOperators: Readonly<Record<string, OperatorCompiler>> = {
  $add: add,
  $subtract: subtract,
  $multiply: multiply,
  $divide: divide,
  $mod: mod,
  $abs: unary('$abs', Math.abs),
  $ceil: unary('$ceil', Math.ceil),
  $floor: unary('$floor', Math.floor),
};
