import { Binary, Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { encodeDocument } from '../values/bson-codec.ts';
import { bsonTypeName, isDocument, isNullish, isNumber, type BsonValue } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';
import { searchIndex } from './array-operators.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { int32Of } from './number-argument.ts';
import { absent, fixedOperands, rangedOperands, unaryOperator } from './operands.ts';
import { coerceToText } from './text-of-value.ts';

/** `$substrBytes` and its old name `$substr`: positions are UTF-8 bytes and must not cut a character. */
function substrBytes(operator: string): OperatorCompiler {
  return (operand, context) => {
    const [text = absent, from = absent, count = absent] = fixedOperands(operator, operand, 3, context);
    return (scope) => {
      const bytes = Buffer.from(coerceToText(text(scope)), 'utf8');
      const start = byteNumber(operator, from(scope), 'starting index', 16034);
      const wanted = byteNumber(operator, count(scope), 'length', 16035);
      if (start < 0) throw new CommandError(50752, `${operator}: starting index must be non-negative (got: ${start})`);
      const end = wanted < 0 ? bytes.length : start + wanted;
      if (isContinuation(bytes[start])) {
        throw new CommandError(28656, `${operator}: Invalid range, starting index is a UTF-8 continuation byte.`);
      }
      if (isContinuation(bytes[end])) {
        throw new CommandError(28657, `${operator}: Invalid range, ending index is in the middle of a UTF-8 character.`);
      }
      return bytes.subarray(start, end).toString('utf8');
    };
  };
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

function byteNumber(operator: string, value: BsonValue, name: string, code: number): number {
  if (isNumber(value)) return Math.trunc(toDouble(value));
  throw new CommandError(code, `${operator}: ${name} must be a numeric type (is BSON type ${bsonTypeName(value)})`);
}

const substrCP: OperatorCompiler = (operand, context) => {
  const [text = absent, from = absent, count = absent] = fixedOperands('$substrCP', operand, 3, context);
  return (scope) => {
    const points = Array.from(coerceToText(text(scope)));
    const start = pointNumber(from(scope), 'starting index', 34450);
    const length = pointNumber(count(scope), 'length', 34452);
    if (length < 0) throw new CommandError(34454, '$substrCP: length must be a nonnegative integer.');
    if (start < 0) throw new CommandError(34455, '$substrCP: the starting index must be nonnegative integer.');
    return points.slice(start, start + length).join('');
  };
};

function pointNumber(value: BsonValue, name: string, code: number): number {
  if (!isNumber(value))
    throw new CommandError(code, `$substrCP: ${name} must be a numeric type (is BSON type ${bsonTypeName(value)})`);
  const integer = int32Of(value);
  if (integer === undefined)
    throw new CommandError(code + 1, `$substrCP: ${name} cannot be represented as a 32-bit integral value: ${value.toString()}`);
  return integer;
}

interface Alphabet {
  readonly operator: string;
  readonly inputCode: number;
  readonly tokenCode: number;
  /** One item for each position. */
  readonly split: (text: string) => readonly (string | number)[];
}

/** `$indexOfCP` counts code points, `$indexOfBytes` UTF-8 bytes. */
function indexOf({ operator, inputCode, tokenCode, split }: Alphabet): OperatorCompiler {
  return (operand, context) => {
    const [text = absent, token = absent, from, to] = rangedOperands(operator, operand, [2, 4], context);
    return (scope) => {
      const value = text(scope);
      if (isNullish(value)) return null;
      const items = split(stringOrThrow(operator, value, 'first', inputCode));
      const wanted = split(stringOrThrow(operator, token(scope), 'second', tokenCode));
      const start = from === undefined ? 0 : searchIndex(operator, from(scope), 'starting index');
      const end = to === undefined ? items.length : Math.min(items.length, searchIndex(operator, to(scope), 'ending index'));
      for (let index = start; index + wanted.length <= end; index += 1) {
        if (wanted.every((item, position) => items[index + position] === item)) return new Int32(index);
      }
      return new Int32(-1);
    };
  };
}

function stringOrThrow(operator: string, value: BsonValue, ordinal: string, code: number): string {
  if (typeof value === 'string') return value;
  throw new CommandError(code, `${operator} requires a string as the ${ordinal} argument, found: ${bsonTypeName(value)}`);
}

function lengthOperator(operator: string, code: number, length: (text: string) => number): OperatorCompiler {
  return unaryOperator(operator, (value) => {
    if (typeof value === 'string') return new Int32(length(value));
    throw new CommandError(code, `${operator} requires a string argument, found: ${bsonTypeName(value)}`);
  });
}

const binarySize = unaryOperator('$binarySize', (value) => {
  if (isNullish(value)) return null;
  if (typeof value === 'string') return new Int32(Buffer.byteLength(value));
  if (value instanceof Binary) return new Int32(value.position);
  throw new CommandError(51276, `$binarySize requires a string or BinData argument, found: ${bsonTypeName(value)}`);
});

const bsonSize = unaryOperator('$bsonSize', (value) => {
  if (isNullish(value)) return null;
  if (isDocument(value)) return new Int32(encodeDocument(value).length);
  throw new CommandError(31393, `$bsonSize requires a document input, found: ${bsonTypeName(value)}`);
});

export const substringOperators: OperatorTable = {
  $substr: substrBytes('$substrBytes'),
  $substrBytes: substrBytes('$substrBytes'),
  $substrCP: substrCP,
  $indexOfBytes: indexOf({
    operator: '$indexOfBytes',
    inputCode: 40091,
    tokenCode: 40092,
    split: (text) => [...Buffer.from(text)],
  }),
  $indexOfCP: indexOf({ operator: '$indexOfCP', inputCode: 40093, tokenCode: 40094, split: (text) => Array.from(text) }),
  $strLenBytes: lengthOperator('$strLenBytes', 34473, (text) => Buffer.byteLength(text)),
  $strLenCP: lengthOperator('$strLenCP', 34471, (text) => Array.from(text).length),
  $binarySize: binarySize,
  $bsonSize: bsonSize,
};
