import { Decimal128 } from 'bson';

/** A finite decimal number: coefficient × 10^exponent, exact. */
export interface ExactDecimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const MAX_DIGITS = 34;

/** The exact value of a finite Decimal128, or the JS number for NaN and the infinities. */
export function parseDecimal(value: Decimal128): ExactDecimal | number {
  const text = value.toString();
  const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(text);
  if (match === null) return text === 'NaN' ? NaN : text.startsWith('-') ? -Infinity : Infinity;
  const fraction = match[3] ?? '';
  const digits = BigInt(`${match[2] ?? '0'}${fraction}`);
  return { coefficient: match[1] === '-' ? -digits : digits, exponent: Number(match[4] ?? '0') - fraction.length };
}

/** The exact value of a finite double: every binary fraction is a finite decimal fraction. */
export function decimalOfDouble(value: number): ExactDecimal {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const binaryExponent = (biased === 0 ? 1 : biased) - 1075;
  const sign = bits >> 63n === 1n ? -1n : 1n;
  if (binaryExponent >= 0) return { coefficient: sign * (mantissa << BigInt(binaryExponent)), exponent: 0 };
  return { coefficient: sign * mantissa * 5n ** BigInt(-binaryExponent), exponent: binaryExponent };
}

export function compareDecimals(a: ExactDecimal, b: ExactDecimal): number {
  const signA = signOf(a.coefficient);
  const signB = signOf(b.coefficient);
  if (signA !== signB) return signA < signB ? -1 : 1;
  if (signA === 0) return 0;
  // Magnitudes far apart are decided without building a number of thousands of digits.
  const orderA = digitCount(a.coefficient) + a.exponent;
  const orderB = digitCount(b.coefficient) + b.exponent;
  if (orderA !== orderB) return orderA < orderB ? -signA : signA;
  const exponent = Math.min(a.exponent, b.exponent);
  const x = scaleTo(a, exponent);
  const y = scaleTo(b, exponent);
  return x < y ? -1 : x > y ? 1 : 0;
}

export function addDecimals(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { coefficient: scaleTo(a, exponent) + scaleTo(b, exponent), exponent };
}

export function multiplyDecimals(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent };
}

/** Quotient with 34 significant digits; the divisor must not be zero. */
export function divideDecimals(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  if (a.coefficient === 0n) return { coefficient: 0n, exponent: a.exponent - b.exponent };
  const shift = Math.max(0, MAX_DIGITS + 2 + digitCount(b.coefficient) - digitCount(a.coefficient));
  const dividend = a.coefficient * 10n ** BigInt(shift);
  const quotient = dividend / b.coefficient;
  const exponent = a.exponent - b.exponent - shift;
  // A sticky digit keeps the later rounding to even correct when the division does not come out.
  if (quotient * b.coefficient !== dividend) {
    const sticky = signOf(dividend) === signOf(b.coefficient) ? 1n : -1n;
    return { coefficient: quotient * 10n + sticky, exponent: exponent - 1 };
  }
  return stripZeros({ coefficient: quotient, exponent }, a.exponent - b.exponent);
}

/** Rounds to 34 digits, half to even, as IEEE 754 decimal128 does by default. */
export function toDecimal128(value: ExactDecimal): Decimal128 {
  let { coefficient, exponent } = value;
  const excess = digitCount(coefficient) - MAX_DIGITS;
  if (excess > 0) {
    coefficient = roundHalfEven(coefficient, excess);
    exponent += excess;
  }
  return Decimal128.fromStringWithRounding(`${coefficient}E${exponent >= 0 ? '+' : ''}${exponent}`);
}

export function roundHalfEven(coefficient: bigint, digits: number): bigint {
  const unit = 10n ** BigInt(digits);
  const negative = coefficient < 0n;
  const magnitude = negative ? -coefficient : coefficient;
  let quotient = magnitude / unit;
  const twice = (magnitude % unit) * 2n;
  if (twice > unit || (twice === unit && quotient % 2n === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}

export function digitCount(value: bigint): number {
  return (value < 0n ? -value : value).toString().length;
}

/** Removes trailing zeros, at most up to `limit` as exponent. */
export function stripZeros(value: ExactDecimal, limit = Infinity): ExactDecimal {
  let { coefficient, exponent } = value;
  while (coefficient !== 0n && exponent < limit && coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent += 1;
  }
  return { coefficient, exponent };
}

const scaleTo = (value: ExactDecimal, exponent: number): bigint => value.coefficient * 10n ** BigInt(value.exponent - exponent);
const signOf = (value: bigint): number => (value > 0n ? 1 : value < 0n ? -1 : 0);
