import { Binary, BSONRegExp, BSONSymbol, Int32, Timestamp } from 'bson';
import { bsonTypeName, type BsonDocument, type BsonNumber, type BsonTypeName, type BsonValue } from './bson-value.ts';
import type { Collation } from './collation.ts';
import { fieldNames } from './field-order.ts';
import { compareNumbers } from './numeric.ts';

/**
 * Ranks of MongoDB's comparison order for values of different types
 * (https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/). Missing ranks with null.
 */
export const TYPE_RANK: Readonly<Record<BsonTypeName, number>> = {
  minKey: 10,
  missing: 20,
  null: 20,
  int: 30,
  long: 30,
  double: 30,
  decimal: 30,
  string: 60,
  symbol: 60,
  object: 70,
  array: 80,
  binData: 90,
  objectId: 100,
  bool: 110,
  date: 120,
  timestamp: 130,
  regex: 140,
  javascript: 150,
  javascriptWithScope: 160,
  maxKey: 240,
};

export const typeRank = (value: BsonValue): number => TYPE_RANK[bsonTypeName(value)];

/** Total order over all BSON values: negative, zero or positive. */
export function compareValues(a: BsonValue, b: BsonValue, collation?: Collation): number {
  // The two most common pairs need no look at their types' ranks.
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b, collation);
  if (a instanceof Int32 && b instanceof Int32) return a.value - b.value;
  const rank = typeRank(a);
  const otherRank = typeRank(b);
  if (rank !== otherRank) return rank < otherRank ? -1 : 1;
  // Equal ranks guarantee the same family of classes; the casts below restate that for the compiler.
  switch (rank) {
    case TYPE_RANK.int:
      return compareNumbers(a as BsonNumber, b as BsonNumber);
    case TYPE_RANK.string:
      return compareStrings(textOf(a), textOf(b), collation);
    case TYPE_RANK.object:
      return compareDocuments(a as BsonDocument, b as BsonDocument, collation);
    case TYPE_RANK.array:
      return compareArrays(a as BsonValue[], b as BsonValue[], collation);
    default:
      return compareLeaves(a, b);
  }
}

export const equalValues = (a: BsonValue, b: BsonValue, collation?: Collation): boolean => compareValues(a, b, collation) === 0;

function compareLeaves(a: BsonValue, b: BsonValue): number {
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (a instanceof Date && b instanceof Date) return Math.sign(a.getTime() - b.getTime());
  if (a instanceof Binary && b instanceof Binary) return compareBinaries(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return compareBigInts(a.toBigInt(), b.toBigInt());
  if (a instanceof BSONRegExp && b instanceof BSONRegExp) {
    return compareStrings(a.pattern, b.pattern) || compareStrings(a.options, b.options);
  }
  switch (bsonTypeName(a)) {
    case 'objectId':
      return Buffer.compare(idBytes(a), idBytes(b));
    case 'javascript':
      return compareStrings(codeText(a), codeText(b));
    case 'javascriptWithScope':
      return compareStrings(codeText(a), codeText(b)) || compareValues(codeScope(a), codeScope(b));
    default:
      return 0; // null, missing, MinKey and MaxKey have one value each
  }
}

/** Without a collation strings compare by their UTF-8 bytes, which is code point order and not JavaScript's UTF-16 order. */
export function compareStrings(a: string, b: string, collation?: Collation): number {
  if (a === b) return 0;
  if (collation !== undefined) return collation.compareStrings(a, b);
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return codePointRank(x) < codePointRank(y) ? -1 : 1;
  }
  return a.length - b.length;
}

/** Lifts surrogates above U+E000..U+FFFF, so that comparing units equals comparing code points. */
const codePointRank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

function compareDocuments(a: BsonDocument, b: BsonDocument, collation?: Collation): number {
  const keysA = fieldNames(a);
  const keysB = fieldNames(b);
  for (let index = 0; index < keysA.length && index < keysB.length; index += 1) {
    const keyA = keysA[index] ?? '';
    const keyB = keysB[index] ?? '';
    const byType = typeRank(a[keyA]) - typeRank(b[keyB]);
    if (byType !== 0) return byType;
    const order = compareStrings(keyA, keyB) || compareValues(a[keyA], b[keyB], collation);
    if (order !== 0) return order;
  }
  return keysA.length - keysB.length;
}

function compareArrays(a: readonly BsonValue[], b: readonly BsonValue[], collation?: Collation): number {
  for (let index = 0; index < a.length && index < b.length; index += 1) {
    const order = compareValues(a[index], b[index], collation);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Binary data compare by length, then subtype, then bytes. */
function compareBinaries(a: Binary, b: Binary): number {
  return a.position - b.position || a.sub_type - b.sub_type || Buffer.compare(binaryBytes(a), binaryBytes(b));
}

/** The text of a string or a symbol, which compare as one type. */
export const textOf = (value: BsonValue): string =>
  typeof value === 'string' ? value : value instanceof BSONSymbol ? value.value : '';
export const binaryBytes = (value: Binary): Uint8Array => value.buffer.subarray(0, value.position);
const idBytes = (value: BsonValue): Uint8Array => (value as unknown as { id: Uint8Array }).id; // an ObjectId by its type name
const codeScope = (value: BsonValue): BsonValue => (value as unknown as { scope: BsonDocument }).scope; // a Code by its type name
const codeText = (value: BsonValue): string => (value as unknown as { code: string }).code; // a Code by its type name
const compareBigInts = (x: bigint, y: bigint): number => (x < y ? -1 : x > y ? 1 : 0);
