import { Decimal128, Double } from 'bson';
import { CommandError, notSupported } from '../command-error.ts';
import { bsonTypeName, isNullish, isNumber } from '../values/bson-value.ts';
import { divideDecimals, multiplyDecimals, parseDecimal, toDecimal128, type ExactDecimal } from '../values/decimal.ts';
import { toDouble } from '../values/numeric.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { binaryOperator } from './operands.ts';
import { numericOperator } from './rounding-operators.ts';

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly isOpen: boolean;
}

const FINITE: Bounds = { low: -Infinity, high: Infinity, isOpen: true };
const UNIT: Bounds = { low: -1, high: 1, isOpen: false };
const FROM_ONE: Bounds = { low: 1, high: Infinity, isOpen: false };
const ALL: Bounds = { low: -Infinity, high: Infinity, isOpen: false };

/** A function of a double within bounds; NaN passes. Decimals are refused: a double's result would not be a decimal's. */
function trigonometric(operator: string, apply: (value: number) => number, bounds: Bounds): OperatorCompiler {
  return numericOperator(operator, (value) => {
    const number = toDouble(value);
    const { low, high, isOpen } = bounds;
    const isOutside = isOpen ? number <= low || number >= high : number < low || number > high;
    if (isOutside) {
      const [left, right] = isOpen ? ['(', ')'] : ['[', ']'];
      throw new CommandError(50989, `cannot apply ${operator} to ${number}, value must be in ${left}${low},${high}${right}`);
    }
    if (value instanceof Decimal128) throw notSupported(`${operator} of a decimal`);
    return new Double(apply(number));
  });
}

const atan2 = binaryOperator('$atan2', (y, x) => {
  if (isNullish(y) || isNullish(x)) return null;
  if (!isNumber(y)) throw new CommandError(51044, `$atan2 only supports numeric types, not ${bsonTypeName(y)}`);
  if (!isNumber(x)) throw new CommandError(51045, `$atan2 only supports numeric types, not ${bsonTypeName(x)}`);
  if (y instanceof Decimal128 || x instanceof Decimal128) throw notSupported('$atan2 of a decimal');
  return new Double(Math.atan2(toDouble(y), toDouble(x)));
});

/** Pi with 40 digits, for decimals. */
const PI: ExactDecimal = { coefficient: 3141592653589793238462643383279502884197n, exponent: -39 };
const HALF_CIRCLE: ExactDecimal = { coefficient: 180n, exponent: 0 };

function angle(operator: string, factor: number, numerator: ExactDecimal, denominator: ExactDecimal): OperatorCompiler {
  return numericOperator(operator, (value) => {
    if (!(value instanceof Decimal128)) return new Double(toDouble(value) * factor);
    const exact = parseDecimal(value);
    return typeof exact === 'number' ? value : toDecimal128(divideDecimals(multiplyDecimals(exact, numerator), denominator));
  });
}

export const trigonometryOperators: OperatorTable = {
  $sin: trigonometric('$sin', Math.sin, FINITE),
  $cos: trigonometric('$cos', Math.cos, FINITE),
  $tan: trigonometric('$tan', Math.tan, FINITE),
  $asin: trigonometric('$asin', Math.asin, UNIT),
  $acos: trigonometric('$acos', Math.acos, UNIT),
  $atan: trigonometric('$atan', Math.atan, ALL),
  $atan2: atan2,
  $sinh: trigonometric('$sinh', Math.sinh, ALL),
  $cosh: trigonometric('$cosh', Math.cosh, ALL),
  $tanh: trigonometric('$tanh', Math.tanh, ALL),
  $asinh: trigonometric('$asinh', Math.asinh, ALL),
  $acosh: trigonometric('$acosh', Math.acosh, FROM_ONE),
  $atanh: trigonometric('$atanh', Math.atanh, UNIT),
  $degreesToRadians: angle('$degreesToRadians', Math.PI / 180, PI, HALF_CIRCLE),
  $radiansToDegrees: angle('$radiansToDegrees', 180 / Math.PI, HALF_CIRCLE, PI),
};
