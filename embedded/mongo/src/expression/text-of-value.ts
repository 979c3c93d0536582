import { BSONSymbol, Code, Double, Timestamp } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeName, isNullish, isNumber, type BsonNumber, type BsonValue } from '../values/bson-value.ts';

/** A number as text, the way `$toString` gives it: the shortest digits that read back as the same double. */
export function numberText(value: BsonNumber): string {
  return value instanceof Double ? doubleText(value.value) : value.toString();
}

/** MongoDB writes doubles with an exponent of two digits or more from 10^16 on and below 10^-4. */
function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (!Number.isFinite(value)) return String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= 16 || power < -4) return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return power < 0 ? value.toFixed(Math.max(0, digits.replace(/[-.]/g, '').length - 1 - power)) : String(value);
}

/**
 * The text operators such as `$toLower` and `$substr` work on: numbers and dates count as their text, null as the empty string;
 * everything else is error 16007.
 */
export function coerceToText(value: BsonValue): string {
  if (typeof value === 'string') return value;
  if (isNullish(value)) return '';
  if (value instanceof Double) return numberText(new Double(Number(value.value.toPrecision(16))));
  if (isNumber(value)) return numberText(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof BSONSymbol) return value.value;
  if (value instanceof Code) return value.code.toString();
  if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`;
  throw new CommandError(16007, `can't convert from BSON type ${bsonTypeName(value)} to String`);
}
