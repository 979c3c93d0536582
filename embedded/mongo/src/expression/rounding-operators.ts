import { Decimal128, Double, Int32, Long } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeName, isNullish, isNumber, type BsonNumber } from '../values/bson-value.ts';
import { absoluteDecimal, quantize, quantizeDecimal, type DecimalRounding } from '../values/decimal-math.ts';
import { decimalOfDouble } from '../values/decimal.ts';
import { integerResult, toDouble } from '../values/numeric.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { int32Of } from './number-argument.ts';
import { rangedOperands, unaryOperator } from './operands.ts';

const LEAST_PLACES = -20;
const MOST_PLACES = 100;

/** An operator of one number; null and missing give null, everything else is error 28765. */
export function numericOperator(operator: string, apply: (value: BsonNumber) => BsonNumber): OperatorCompiler {
  return unaryOperator(operator, (value) => {
    if (isNullish(value)) return null;
    if (!isNumber(value)) throw new CommandError(28765, `${operator} only supports numeric types, not ${bsonTypeName(value)}`);
    return apply(value);
  });
}

function absolute(value: BsonNumber): BsonNumber {
  if (value instanceof Double) return new Double(Math.abs(value.value));
  if (value instanceof Decimal128) return absoluteDecimal(value);
  if (toDouble(value) >= 0) return value;
  const result = integerResult(-BigInt(value.toString()), value instanceof Long);
  if (result === undefined) throw new CommandError(28680, "can't take $abs of long long min");
  return result;
}

/** `$ceil` and `$floor`: integers stay as they are. */
function toWhole(onDouble: (value: number) => number, onDecimal: DecimalRounding): (value: BsonNumber) => BsonNumber {
  return (value) => {
    if (value instanceof Double) return new Double(onDouble(value.value));
    return value instanceof Decimal128 ? quantizeDecimal(value, 0, onDecimal) : value;
  };
}

/** `$round` and `$trunc` with the number of digits to keep after the point, or before it when negative. */
function roundTo(operator: string, rounding: DecimalRounding): OperatorCompiler {
  return (operand, context) => {
    const [number, precision] = rangedOperands(operator, operand, [1, 2], context);
    return (scope) => {
      const value = number?.(scope);
      if (isNullish(value)) return null;
      if (!isNumber(value)) throw new CommandError(51081, `${operator} only supports numeric types, not ${bsonTypeName(value)}`);
      const wanted = precision === undefined ? new Int32(0) : precision(scope);
      if (isNullish(wanted)) return null;
      const places = int32Of(wanted);
      if (places === undefined) throw new CommandError(51082, `precision argument to  ${operator} must be a integral value`);
      if (places < LEAST_PLACES || places > MOST_PLACES)
        throw new CommandError(51083, `cannot apply ${operator} with precision value ${places} value must be in [-20, 100]`);
      return rounded(operator, value, places, rounding);
    };
  };
}

function rounded(operator: string, value: BsonNumber, places: number, rounding: DecimalRounding): BsonNumber {
  if (value instanceof Decimal128) return quantizeDecimal(value, places, rounding);
  if (value instanceof Double) return new Double(roundedDouble(value.value, places, rounding));
  if (places >= 0) return value;
  const result = quantize({ coefficient: BigInt(value.toString()), exponent: 0 }, places, rounding);
  const integer = integerResult(result.coefficient * 10n ** BigInt(-places), value instanceof Long);
  if (integer === undefined) throw new CommandError(51080, `invalid conversion from Decimal128 result in ${operator}`);
  return integer;
}

function roundedDouble(value: number, places: number, rounding: DecimalRounding): number {
  // A double from 2^53 on is whole.
  if (!Number.isFinite(value) || (places >= 0 && Math.abs(value) >= 2 ** 53)) return value;
  const { coefficient, exponent } = quantize(decimalOfDouble(value), places, rounding);
  const result = Number(`${coefficient}e${exponent}`);
  return result === 0 && (value < 0 || Object.is(value, -0)) ? -0 : result;
}

export const roundingOperators: OperatorTable = {
  $abs: numericOperator('$abs', absolute),
  $ceil: numericOperator('$ceil', toWhole(Math.ceil, 'up')),
  $floor: numericOperator('$floor', toWhole(Math.floor, 'down')),
  $round: roundTo('$round', 'half-even'),
  $trunc: roundTo('$trunc', 'toward-zero'),
};
