import { Decimal128, Double } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeName, isNullish, isNumber, type BsonNumber } from '../values/bson-value.ts';
import { expDecimal, logBaseDecimal, logDecimal, powerDecimal, squareRootDecimal } from '../values/decimal-math.ts';
import { integerResult, toDouble } from '../values/numeric.ts';
import { decimalOf } from './arithmetic-operators.ts';
import type { OperatorTable } from './expression.ts';
import { isZero, widestType } from './number-argument.ts';
import { binaryOperator } from './operands.ts';
import { numericOperator } from './rounding-operators.ts';

const TEN = Decimal128.fromString('10');

const isNaNValue = (value: BsonNumber): boolean => Number.isNaN(toDouble(value));
const isPositive = (value: BsonNumber): boolean => isNaNValue(value) || (!isZero(value) && !isNegative(value));
const isNegative = (value: BsonNumber): boolean => value.toString().startsWith('-') && !isZero(value);

/** A logarithm of a positive number; NaN passes, all others are refused with `code`. */
function logarithm(
  operator: string,
  code: number,
  onDouble: (value: number) => number,
  onDecimal: (value: Decimal128) => Decimal128,
) {
  return numericOperator(operator, (value) => {
    if (!isPositive(value))
      throw new CommandError(code, `${operator}'s argument must be a positive number, but is ${value.toString()}`);
    return value instanceof Decimal128 ? onDecimal(value) : new Double(onDouble(toDouble(value)));
  });
}

const log = binaryOperator('$log', (value, base) => {
  if (isNullish(value) || isNullish(base)) return null;
  if (!isNumber(value)) throw new CommandError(28756, `$log's argument must be numeric, not ${bsonTypeName(value)}`);
  if (!isNumber(base)) throw new CommandError(28757, `$log's base must be numeric, not ${bsonTypeName(base)}`);
  if (!isPositive(value)) throw new CommandError(28758, `$log's argument must be a positive number, but is ${value.toString()}`);
  if (!isPositive(base) || toDouble(base) === 1)
    throw new CommandError(28759, `$log's base must be a positive number not equal to 1, but is ${base.toString()}`);
  if (value instanceof Decimal128 || base instanceof Decimal128) return logBaseDecimal(decimalOf(value), decimalOf(base));
  return new Double(Math.log(toDouble(value)) / Math.log(toDouble(base)));
});

const pow = binaryOperator('$pow', (base, exponent) => {
  if (isNullish(base) || isNullish(exponent)) return null;
  if (!isNumber(base)) throw new CommandError(28762, `$pow's base must be numeric, not ${bsonTypeName(base)}`);
  if (!isNumber(exponent)) throw new CommandError(28763, `$pow's exponent must be numeric, not ${bsonTypeName(exponent)}`);
  if (isZero(base) && isNegative(exponent)) throw new CommandError(28764, '$pow cannot take a base of 0 and a negative exponent');
  return powerOf(base, exponent);
});

/** Integers stay integers where the result fits into 64 bits. */
function powerOf(base: BsonNumber, exponent: BsonNumber): BsonNumber {
  const type = widestType(base, exponent);
  if (type === 'decimal') return powerDecimal(decimalOf(base), decimalOf(exponent));
  const double = (): Double => new Double(toDouble(base) ** toDouble(exponent));
  if (type === 'double') return double();
  const power = toDouble(exponent);
  const magnitude = Math.abs(toDouble(base));
  if (magnitude > 1 && (power < 0 || power > 64)) return double();
  // 0, 1 and -1 repeat themselves; a negative exponent of 1 or -1 is its own inverse.
  const result = magnitude > 1 ? BigInt(base.toString()) ** BigInt(power) : smallPower(toDouble(base), power);
  return integerResult(result, type === 'long') ?? double();
}

const smallPower = (base: number, power: number): bigint =>
  power === 0 ? 1n : base === -1 && power % 2 === 0 ? 1n : BigInt(base);

const squareRoot = numericOperator('$sqrt', (value) => {
  if (isNegative(value)) throw new CommandError(28714, "$sqrt's argument must be greater than or equal to 0");
  return value instanceof Decimal128 ? squareRootDecimal(value) : new Double(Math.sqrt(toDouble(value)));
});

export const powerOperators: OperatorTable = {
  $exp: numericOperator('$exp', (value) =>
    value instanceof Decimal128 ? expDecimal(value) : new Double(Math.exp(toDouble(value))),
  ),
  $ln: logarithm('$ln', 28766, Math.log, logDecimal),
  $log: log,
  $log10: logarithm('$log10', 28761, Math.log10, (value) => logBaseDecimal(value, TEN)),
  $pow: pow,
  $sqrt: squareRoot,
};
