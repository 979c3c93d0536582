import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';

/** A decoded BSON value. Numbers keep their BSON class, so that int, long, double and decimal never blur. `undefined` means missing. */
export type BsonValue =
  | string
  | boolean
  | null
  | undefined
  | Date
  | Int32
  | Double
  | Long
  | Decimal128
  | ObjectId
  | Binary
  | Timestamp
  | BSONRegExp
  | BSONSymbol
  | Code
  | MinKey
  | MaxKey
  | BsonValue[]
  | BsonDocument;

export interface BsonDocument {
  [key: string]: BsonValue;
}

export type BsonNumber = Int32 | Double | Long | Decimal128;

export type BsonTypeName =
  | 'missing'
  | 'minKey'
  | 'null'
  | 'int'
  | 'long'
  | 'double'
  | 'decimal'
  | 'string'
  | 'symbol'
  | 'object'
  | 'array'
  | 'binData'
  | 'objectId'
  | 'bool'
  | 'date'
  | 'timestamp'
  | 'regex'
  | 'javascript'
  | 'javascriptWithScope'
  | 'maxKey';

/** The BSON type name as `$type` spells it. */
export function bsonTypeName(value: BsonValue): BsonTypeName {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  // Before the classes, because most objects are plain; a field called `constructor` cannot deceive it.
  if (Object.getPrototypeOf(value) === Object.prototype) return 'object';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof Int32) return 'int';
  if (value instanceof Double) return 'double';
  if (value instanceof ObjectId) return 'objectId';
  // Timestamp extends Long, so it has to be asked first.
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Long) return 'long';
  if (value instanceof Decimal128) return 'decimal';
  if (value instanceof Binary) return 'binData';
  if (value instanceof BSONRegExp) return 'regex';
  if (value instanceof BSONSymbol) return 'symbol';
  if (value instanceof Code) return value.scope === null ? 'javascript' : 'javascriptWithScope';
  if (value instanceof MinKey) return 'minKey';
  if (value instanceof MaxKey) return 'maxKey';
  return 'object';
}

export function isDocument(value: BsonValue): value is BsonDocument {
  return typeof value === 'object' && value !== null && bsonTypeName(value) === 'object';
}

export function isNumber(value: BsonValue): value is BsonNumber {
  return (
    value instanceof Int32 ||
    value instanceof Double ||
    value instanceof Decimal128 ||
    (value instanceof Long && !(value instanceof Timestamp))
  );
}

export const isNullish = (value: BsonValue): value is null | undefined => value === null || value === undefined;

/** True for `{ $gt: 1 }`, the form in which a query condition holds operators instead of a literal. A DBRef is a literal. */
export function isOperatorDocument(value: BsonValue): value is BsonDocument {
  if (!isDocument(value)) return false;
  const [first] = Object.keys(value);
  return first?.startsWith('$') === true && !(Object.hasOwn(value, '$ref') && Object.hasOwn(value, '$id'));
}

/** Reads an own field; inherited names such as `constructor` are missing. */
export function getField(document: BsonDocument, name: string): BsonValue {
  return Object.hasOwn(document, name) ? document[name] : undefined;
}
