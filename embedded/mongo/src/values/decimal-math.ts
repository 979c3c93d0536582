import { Decimal128 } from 'bson';
import {
  compareDecimals,
  digitCount,
  divideDecimals,
  multiplyDecimals,
  parseDecimal,
  stripZeros,
  toDecimal128,
  type ExactDecimal,
} from './decimal.ts';

const NAN = Decimal128.fromString('NaN');
const INFINITY = Decimal128.fromString('Infinity');
const MINUS_INFINITY = Decimal128.fromString('-Infinity');
const MAX_DIGITS = 34;
const UNITY: ExactDecimal = { coefficient: 1n, exponent: 0 };

export type DecimalRounding = 'half-even' | 'toward-zero' | 'up' | 'down';

const signOf = (value: ExactDecimal): number => (value.coefficient > 0n ? 1 : value.coefficient < 0n ? -1 : 0);
const signOrSpecial = (value: ExactDecimal | number): number => (typeof value === 'number' ? value : signOf(value));

/** A JavaScript number as decimal: NaN, the infinities or a small whole number. */
function plainDecimal(value: number): Decimal128 {
  if (Number.isNaN(value)) return NAN;
  return value === Infinity ? INFINITY : value === -Infinity ? MINUS_INFINITY : Decimal128.fromString(String(value));
}

/** IEEE 754 decimal128 division; the divisor is not zero. */
export function divideDecimal(dividend: Decimal128, divisor: Decimal128): Decimal128 {
  const a = parseDecimal(dividend);
  const b = parseDecimal(divisor);
  if (typeof a === 'object' && typeof b === 'object') return toDecimal128(divideDecimals(a, b));
  if (typeof b === 'object') return plainDecimal(signOrSpecial(a) * (signOf(b) < 0 ? -1 : 1));
  if (typeof a === 'number' || Number.isNaN(b)) return NAN;
  return Decimal128.fromString(signOf(a) * b < 0 ? '-0E-6176' : '0E-6176');
}

/** The remainder with the sign of the dividend; the divisor is not zero. */
export function moduloDecimal(dividend: Decimal128, divisor: Decimal128): Decimal128 {
  const a = parseDecimal(dividend);
  const b = parseDecimal(divisor);
  if (typeof a === 'number' || Number.isNaN(b)) return NAN;
  if (typeof b === 'number') return dividend;
  const exponent = Math.min(a.exponent, b.exponent);
  const x = a.coefficient * 10n ** BigInt(a.exponent - exponent);
  const y = b.coefficient * 10n ** BigInt(b.exponent - exponent);
  return toDecimal128({ coefficient: x % y, exponent });
}

/** Rounds to `places` digits after the point (negative: before it). NaN and the infinities stay. */
export function quantizeDecimal(value: Decimal128, places: number, rounding: DecimalRounding): Decimal128 {
  const exact = parseDecimal(value);
  if (typeof exact === 'number') return value;
  const rounded = quantize(exact, places, rounding);
  // A result of more than 34 digits does not exist in decimal128.
  return digitCount(rounded.coefficient) > MAX_DIGITS ? NAN : toDecimal128(rounded);
}

/** The number with exactly `places` digits after the point. */
export function quantize(value: ExactDecimal, places: number, rounding: DecimalRounding): ExactDecimal {
  const excess = -value.exponent - places;
  if (excess <= 0) return { coefficient: value.coefficient * 10n ** BigInt(-excess), exponent: -places };
  const unit = 10n ** BigInt(excess);
  const quotient = value.coefficient / unit;
  const rest = value.coefficient % unit;
  return { coefficient: quotient + roundingStep(quotient, rest, unit, rounding), exponent: -places };
}

function roundingStep(quotient: bigint, rest: bigint, unit: bigint, rounding: DecimalRounding): bigint {
  if (rest === 0n || rounding === 'toward-zero') return 0n;
  const away = rest > 0n ? 1n : -1n;
  if (rounding === 'up') return away > 0n ? 1n : 0n;
  if (rounding === 'down') return away < 0n ? -1n : 0n;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  return twice > unit || (twice === unit && quotient % 2n !== 0n) ? away : 0n;
}

export const absoluteDecimal = (value: Decimal128): Decimal128 => Decimal128.fromString(value.toString().replace(/^-/, ''));

/** The square root to 34 digits; the argument is not negative. */
export function squareRootDecimal(value: Decimal128): Decimal128 {
  const exact = parseDecimal(value);
  if (typeof exact === 'number' || exact.coefficient === 0n) return value;
  const digits = Math.max(0, 2 * (MAX_DIGITS + 2) - digitCount(exact.coefficient));
  const shift = digits + (Math.abs(exact.exponent - digits) % 2);
  const scaled = exact.coefficient * 10n ** BigInt(shift);
  const root = integerRoot(scaled);
  const exponent = (exact.exponent - shift) / 2;
  if (root * root !== scaled) return toDecimal128({ coefficient: root * 10n + 1n, exponent: exponent - 1 });
  return toDecimal128(stripZeros({ coefficient: root, exponent }, Math.floor(exact.exponent / 2)));
}

/** Newton's method; the result is rounded down. */
function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Working digits of exponentials and logarithms: 34, and enough more to round once. */
const WORKING_DIGITS = 60;
const ONE = 10n ** BigInt(WORKING_DIGITS);

function toFixed(value: ExactDecimal): bigint {
  const shift = value.exponent + WORKING_DIGITS;
  return shift >= 0 ? value.coefficient * 10n ** BigInt(shift) : value.coefficient / 10n ** BigInt(-shift);
}

/** ln of a fixed point number near 1, by the series of the inverse hyperbolic tangent. */
function fixedLogNearOne(value: bigint): bigint {
  const ratio = ((value - ONE) * ONE) / (value + ONE);
  const square = (ratio * ratio) / ONE;
  let term = ratio;
  let sum = 0n;
  for (let divisor = 1n; term !== 0n; divisor += 2n) {
    sum += term / divisor;
    term = (term * square) / ONE;
  }
  return 2n * sum;
}

const LN_2 = fixedLogNearOne(2n * ONE);
const LN_10 = 3n * LN_2 + fixedLogNearOne((10n * ONE) / 8n);

/** Natural logarithm of a positive number, exact to more than 34 digits. */
function naturalLog(value: ExactDecimal): ExactDecimal {
  const digits = digitCount(value.coefficient);
  // The mantissa lies in [1, 10) and is brought close to 1 by halving.
  let mantissa = toFixed({ coefficient: value.coefficient, exponent: 1 - digits });
  let halvings = 0n;
  while (mantissa > (15n * ONE) / 10n) {
    mantissa /= 2n;
    halvings += 1n;
  }
  const sum = fixedLogNearOne(mantissa) + halvings * LN_2 + BigInt(digits - 1 + value.exponent) * LN_10;
  return { coefficient: sum, exponent: -WORKING_DIGITS };
}

/** e to the power of a number; Infinity or 0 beyond the range of decimals. */
function exponential(value: ExactDecimal): ExactDecimal | number {
  if (digitCount(value.coefficient) + value.exponent > 6) return value.coefficient > 0n ? Infinity : 0;
  const fixed = toFixed(value);
  const tens = fixed / LN_10;
  const rest = fixed - tens * LN_10;
  let term = ONE;
  let sum = ONE;
  for (let factor = 1n; term !== 0n; factor += 1n) {
    term = (term * rest) / (ONE * factor);
    sum += term;
  }
  return { coefficient: sum, exponent: Number(tens) - WORKING_DIGITS };
}

const decimalResult = (value: ExactDecimal | number): Decimal128 =>
  typeof value === 'object' ? toDecimal128(value) : plainDecimal(value);

/** ln of a positive decimal. */
export function logDecimal(value: Decimal128): Decimal128 {
  const exact = parseDecimal(value);
  if (typeof exact === 'number') return value;
  return compareDecimals(exact, UNITY) === 0 ? plainDecimal(0) : toDecimal128(naturalLog(exact));
}

/** Logarithm of a positive decimal to a positive base; exact powers give whole numbers. */
export function logBaseDecimal(value: Decimal128, base: Decimal128): Decimal128 {
  const a = parseDecimal(value);
  const b = parseDecimal(base);
  if (typeof a === 'number' || typeof b === 'number') return plainDecimal(Math.log(Number(value)) / Math.log(Number(base)));
  const quotient = divideDecimals(naturalLog(a), naturalLog(b));
  const power = Number(quantize(quotient, 0, 'half-even').coefficient);
  const isExact = Math.abs(power) < 7000 && compareDecimals(a, integerPower(b, power)) === 0;
  return isExact ? plainDecimal(power) : toDecimal128(quotient);
}

function integerPower(base: ExactDecimal, power: number): ExactDecimal {
  const result = { coefficient: base.coefficient ** BigInt(Math.abs(power)), exponent: base.exponent * Math.abs(power) };
  return power < 0 ? divideDecimals(UNITY, result) : result;
}

export function expDecimal(value: Decimal128): Decimal128 {
  const exact = parseDecimal(value);
  if (typeof exact === 'number') return exact === -Infinity ? plainDecimal(0) : value;
  return exact.coefficient === 0n ? plainDecimal(1) : decimalResult(exponential(exact));
}

/** `base` to the power of `exponent`; NaN where the result is not real. */
export function powerDecimal(base: Decimal128, exponent: Decimal128): Decimal128 {
  const a = parseDecimal(base);
  const b = parseDecimal(exponent);
  if (typeof a === 'number' || typeof b === 'number') return plainDecimal(Number(base) ** Number(exponent));
  if (b.coefficient === 0n) return plainDecimal(1);
  if (a.coefficient === 0n) return b.coefficient > 0n ? plainDecimal(0) : INFINITY;
  const whole = quantize(b, 0, 'toward-zero').coefficient;
  const isWhole = compareDecimals({ coefficient: whole, exponent: 0 }, b) === 0;
  if (isWhole && whole > -1000n && whole < 1000n) return toDecimal128(integerPower(a, Number(whole)));
  if (a.coefficient < 0n && !isWhole) return NAN;
  const magnitude = { coefficient: a.coefficient < 0n ? -a.coefficient : a.coefficient, exponent: a.exponent };
  const result = exponential(multiplyDecimals(naturalLog(magnitude), b));
  if (typeof result === 'number' || a.coefficient > 0n || whole % 2n === 0n) return decimalResult(result);
  return toDecimal128({ coefficient: -result.coefficient, exponent: result.exponent });
}
