import { badValue } from '../command-error.ts';
import { bsonTypeName, isNumber, type BsonTypeName, type BsonValue } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';
import type { ValueTest } from './filter.ts';

/** Types by the numbers MongoDB gives them. */
export const TYPE_NUMBERS: ReadonlyMap<number, BsonTypeName> = new Map([
  [1, 'double'],
  [2, 'string'],
  [3, 'object'],
  [4, 'array'],
  [5, 'binData'],
  [7, 'objectId'],
  [8, 'bool'],
  [9, 'date'],
  [10, 'null'],
  [11, 'regex'],
  [13, 'javascript'],
  [14, 'symbol'],
  [15, 'javascriptWithScope'],
  [16, 'int'],
  [17, 'timestamp'],
  [18, 'long'],
  [19, 'decimal'],
  [-1, 'minKey'],
  [127, 'maxKey'],
]);
/** Deprecated types, which this server never stores. */
const NEVER_STORED: ReadonlyMap<number, string> = new Map([
  [6, 'undefined'],
  [12, 'dbPointer'],
]);
const TYPE_NAMES = new Set<string>([...TYPE_NUMBERS.values(), ...NEVER_STORED.values()]);
const NUMBER_TYPES: readonly string[] = ['int', 'long', 'double', 'decimal'];

export function typeTest(operand: BsonValue): ValueTest {
  const wanted = new Set((Array.isArray(operand) ? operand : [operand]).flatMap(typeNamesOf));
  if (wanted.size === 0) throw badValue('$type must match at least one type');
  return (value) => wanted.has(bsonTypeName(value));
}

function typeNamesOf(operand: BsonValue): readonly string[] {
  if (operand === 'number') return NUMBER_TYPES;
  if (typeof operand === 'string') {
    if (!TYPE_NAMES.has(operand)) throw badValue(`Unknown type name alias: ${operand}`);
    return [operand];
  }
  if (!isNumber(operand)) throw badValue('type must be represented as a number or a string');
  const name = TYPE_NUMBERS.get(toDouble(operand)) ?? NEVER_STORED.get(toDouble(operand));
  if (name === undefined) throw badValue(`Invalid numerical type code: ${toDouble(operand)}`);
  return [name];
}
