import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { badValue, CommandError, failedToParse } from '../command-error.ts';
import { bsonTypeName, isDocument, isNumber, type BsonNumber, type BsonTypeName, type BsonValue } from '../values/bson-value.ts';
import { quantizeDecimal } from '../values/decimal-math.ts';
import { TYPE_NUMBERS } from '../query/match-type.ts';
import { toDouble, toInteger } from '../values/numeric.ts';
import { decimalOf } from './arithmetic-operators.ts';
import { binaryToText, textToBinary } from './binary-text.ts';
import { parseDateText } from './date-parsing.ts';
import { int32Of, isZero } from './number-argument.ts';
import { numberText } from './text-of-value.ts';
import { UTC } from './time-zone.ts';

export interface ConversionTarget {
  readonly type: BsonTypeName;
  readonly subtype?: number;
  readonly format?: BsonValue;
}

const TYPE_NAMES = new Set<string>(TYPE_NUMBERS.values());

/** Reads `to`: a type's name, its number, or `{ type, subtype }`. */
export function targetTypeOf(to: BsonValue, format: BsonValue): ConversionTarget {
  const extra = format === undefined ? {} : { format };
  if (!isDocument(to)) return { type: typeNameOf(to), ...extra };
  const subtype = int32Of(to['subtype']);
  return { type: typeNameOf(to['type']), ...(subtype === undefined ? {} : { subtype }), ...extra };
}

function typeNameOf(to: BsonValue): BsonTypeName {
  if (typeof to === 'string') {
    if (TYPE_NAMES.has(to)) return to as BsonTypeName; // one of the names above
    throw badValue(`Unknown type name: ${to}`);
  }
  if (!isNumber(to)) throw failedToParse("$convert's 'to' argument must be a string or number");
  const code = int32Of(to);
  const name = code === undefined ? undefined : TYPE_NUMBERS.get(code);
  if (name === undefined) throw failedToParse("In $convert, numeric value for 'to' does not correspond to a BSON type");
  return name;
}

const conversionFailure = (message: string): CommandError =>
  new CommandError(241, `${message} in $convert with no onError value`);

/** Converts a value that is not null; impossible conversions are error 241 ConversionFailure. */
export function convertValue(value: BsonValue, target: ConversionTarget): BsonValue {
  const from = bsonTypeName(value);
  const converted = from === target.type && from !== 'binData' && isConvertible(from) ? value : conversionOf(value, target);
  if (converted === undefined) throw conversionFailure(`Unsupported conversion from ${from} to ${target.type}`);
  return converted;
}

const isConvertible = (type: BsonTypeName): boolean => CONVERTERS[type] !== undefined;

type Converter = (value: BsonValue, target: ConversionTarget) => BsonValue;

const CONVERTERS: Partial<Record<BsonTypeName, Converter>> = {
  bool: (value) => (isNumber(value) ? !isZero(value) : true),
  int: (value) => integerOf(value, 'int'),
  long: (value) => integerOf(value, 'long'),
  double: doubleOf,
  decimal: decimalValueOf,
  string: stringOf,
  date: dateOf,
  objectId: (value) => (typeof value === 'string' ? parseObjectId(value) : undefined),
  binData: (value, { subtype = 0, format }) => {
    if (typeof value === 'string') return textToBinary(value, subtype, format);
    return value instanceof Binary && value.sub_type === subtype ? value : undefined;
  },
};

const conversionOf: Converter = (value, target) => CONVERTERS[target.type]?.(value, target);

function integerOf(value: BsonValue, type: 'int' | 'long'): BsonValue {
  if (typeof value === 'boolean') return integerValue(value ? 1n : 0n, type);
  if (typeof value === 'string') return integerValue(parseInteger(value), type);
  if (value instanceof Date && type === 'long') return Long.fromNumber(value.getTime());
  return isNumber(value) ? integerValue(truncated(value), type) : undefined;
}

function truncated(value: BsonNumber): bigint {
  const double = toDouble(value);
  if (Number.isNaN(double)) throw conversionFailure('Attempt to convert NaN value to integer type');
  const isInfinite = value instanceof Decimal128 ? /Infinity/.test(value.toString()) : !Number.isFinite(double);
  if (isInfinite) throw conversionFailure('Attempt to convert infinity value to integer type');
  if (value instanceof Double) return BigInt(Math.trunc(double));
  const whole = value instanceof Decimal128 ? toInteger(quantizeDecimal(value, 0, 'toward-zero')) : toInteger(value);
  if (whole === undefined) throw overflow(value.toString());
  return whole;
}

function integerValue(value: bigint, type: 'int' | 'long'): Int32 | Long {
  if (BigInt.asIntN(type === 'int' ? 32 : 64, value) !== value) throw overflow(String(value));
  return type === 'int' ? new Int32(Number(value)) : Long.fromBigInt(value);
}

const overflow = (value: string): CommandError =>
  new CommandError(241, `Conversion would overflow target type in $convert with no onError value: ${value}`);

function parseInteger(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw unparsable(text);
  return BigInt(text.replace(/^\+/, ''));
}

const unparsable = (text: string): CommandError =>
  new CommandError(241, `Failed to parse number '${text}' in $convert with no onError value`);

const NUMBER_TEXT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const SPECIAL_TEXT = /^([+-]?)(inf(?:inity)?|nan)$/i;

function doubleOf(value: BsonValue): BsonValue {
  if (typeof value === 'boolean') return new Double(value ? 1 : 0);
  if (value instanceof Date) return new Double(value.getTime());
  if (typeof value === 'string') return new Double(parseDouble(value));
  if (!isNumber(value)) return undefined;
  const double = toDouble(value);
  if (value instanceof Decimal128 && !Number.isFinite(double) && !/Inf|NaN/.test(value.toString()))
    throw overflow(value.toString());
  return new Double(double);
}

function parseDouble(text: string): number {
  const special = SPECIAL_TEXT.exec(text);
  if (special !== null) return (special[2] ?? '').toLowerCase() === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity;
  const number = NUMBER_TEXT.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(number)) throw unparsable(text);
  return number;
}

function decimalValueOf(value: BsonValue): BsonValue {
  if (typeof value === 'boolean') return Decimal128.fromString(value ? '1' : '0');
  if (value instanceof Date) return Decimal128.fromString(String(value.getTime()));
  if (isNumber(value)) return decimalOf(value);
  if (typeof value !== 'string') return undefined;
  if (!NUMBER_TEXT.test(value) && !SPECIAL_TEXT.test(value)) throw unparsable(value);
  try {
    return Decimal128.fromStringWithRounding(value);
  } catch {
    throw unparsable(value);
  }
}

function stringOf(value: BsonValue, { format }: ConversionTarget): BsonValue {
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Binary) return binaryToText(value, format);
  return isNumber(value) ? numberText(value) : undefined;
}

function dateOf(value: BsonValue): BsonValue {
  if (typeof value === 'string') return parseDateText(value, UTC);
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.t * 1000);
  // An int is too narrow for milliseconds since 1970; MongoDB does not convert it.
  if (!isNumber(value) || value instanceof Int32) return undefined;
  const date = new Date(Number(truncated(value)));
  if (Number.isNaN(date.getTime())) throw overflow(value.toString());
  return date;
}

function parseObjectId(text: string): ObjectId {
  if (!/^[0-9a-fA-F]{24}$/.test(text))
    throw new CommandError(241, `Failed to parse objectId '${text}' in $convert with no onError value`);
  return ObjectId.createFromHexString(text);
}
