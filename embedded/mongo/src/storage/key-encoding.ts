import { Binary, BSONRegExp, Double, Int32, Timestamp, type Decimal128, type Long } from 'bson';
import { bsonTypeName, type BsonDocument, type BsonNumber, type BsonValue } from '../values/bson-value.ts';
import { binaryBytes, textOf, TYPE_RANK, typeRank } from '../values/compare.ts';
import { compareDecimals, decimalOfDouble, stripZeros, type ExactDecimal } from '../values/decimal.ts';
import { toDouble, toExact } from '../values/numeric.ts';
import { EMPTY_ARRAY, type SortValue } from '../values/path.ts';

/** Between MinKey and null, where MongoDB's index keeps an empty array. */
const EMPTY_ARRAY_RANK = 15;
const END = Buffer.from([0]);

/** Bytes whose memcmp order is the BSON comparison order; descending fields are inverted. */
export function encodeKeyPart(value: SortValue, direction: 1 | -1): Buffer {
  const parts: Uint8Array[] = [];
  appendValue(parts, value);
  const bytes = Buffer.concat(parts);
  return direction === 1 ? bytes : invertBytes(bytes);
}

export function invertBytes(bytes: Uint8Array): Buffer {
  const inverted = Buffer.allocUnsafe(bytes.length);
  for (let index = 0; index < bytes.length; index += 1) inverted[index] = ~(bytes[index] ?? 0) & 0xff;
  return inverted;
}

/** The first byte of every value of this value's type family. */
export const rankByte = (value: BsonValue): number => typeRank(value);

/** The smallest byte string that is greater than every string starting with `prefix`; undefined when there is none. */
export function afterPrefix(prefix: Uint8Array): Buffer | undefined {
  for (let length = prefix.length; length > 0; length -= 1) {
    const last = prefix[length - 1] ?? 0;
    if (last === 0xff) continue;
    const bytes = Buffer.from(prefix.subarray(0, length));
    bytes[length - 1] = last + 1;
    return bytes;
  }
  return undefined;
}

function appendValue(out: Uint8Array[], value: SortValue): void {
  if (value === EMPTY_ARRAY) {
    out.push(Buffer.from([EMPTY_ARRAY_RANK]));
    return;
  }
  out.push(Buffer.from([typeRank(value)]));
  // The rank names the family; each cast restates it.
  switch (typeRank(value)) {
    case TYPE_RANK.int:
      return appendNumber(out, value as BsonNumber);
    case TYPE_RANK.string:
      return appendString(out, textOf(value));
    case TYPE_RANK.object:
      return appendObject(out, value as BsonDocument);
    case TYPE_RANK.array:
      for (const item of value as BsonValue[]) appendValue(out, item);
      out.push(END);
      return;
    default:
      return appendLeaf(out, value);
  }
}

function appendLeaf(out: Uint8Array[], value: BsonValue): void {
  if (typeof value === 'boolean') out.push(Buffer.from([value ? 1 : 0]));
  else if (value instanceof Date) out.push(signedBytes(BigInt(value.getTime())));
  else if (value instanceof Timestamp) out.push(unsignedBytes(value.toBigInt()));
  else if (value instanceof Binary) {
    const header = Buffer.alloc(5);
    header.writeUInt32BE(value.position, 0);
    header[4] = value.sub_type;
    out.push(header, binaryBytes(value));
  } else if (value instanceof BSONRegExp) {
    appendString(out, value.pattern);
    appendString(out, value.options);
  } else if (bsonTypeName(value) === 'objectId') {
    out.push((value as unknown as { id: Uint8Array }).id); // an ObjectId by its type name
  } else if (bsonTypeName(value) === 'javascript') {
    appendString(out, (value as unknown as { code: string }).code); // a Code by its type name
  }
}

/** Zero bytes are escaped as 00 FF, so that the terminator 00 00 sorts a string before its extensions. */
function appendString(out: Uint8Array[], text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  if (!bytes.includes(0)) {
    out.push(bytes, Buffer.from([0, 0]));
    return;
  }
  for (const byte of bytes) out.push(byte === 0 ? Buffer.from([0, 0xff]) : Buffer.from([byte]));
  out.push(Buffer.from([0, 0]));
}

function appendObject(out: Uint8Array[], document: BsonDocument): void {
  for (const key of Object.keys(document)) {
    out.push(Buffer.from([typeRank(document[key])]));
    appendString(out, key);
    appendValue(out, document[key]);
  }
  out.push(END);
}

/**
 * A number is the largest double not above it, then 00 when that is exact, else 01 and its decimal digits. So every type's
 * number sorts by exact value and equal values of different types have equal bytes.
 */
function appendNumber(out: Uint8Array[], value: BsonNumber): void {
  if (value instanceof Int32) {
    out.push(doubleBytes(value.value), END);
    return;
  }
  if (value instanceof Double) {
    out.push(Number.isNaN(value.value) ? Buffer.alloc(8) : doubleBytes(value.value), END);
    return;
  }
  appendExact(out, value);
}

function appendExact(out: Uint8Array[], value: Long | Decimal128): void {
  const exact = toExact(value);
  if (typeof exact === 'number') {
    out.push(Number.isNaN(exact) ? Buffer.alloc(8) : doubleBytes(exact), END);
    return;
  }
  const nearest = toDouble(value);
  const order = Number.isFinite(nearest) ? compareDecimals(decimalOfDouble(nearest), exact) : Math.sign(nearest);
  if (order === 0) {
    out.push(doubleBytes(nearest), END);
    return;
  }
  out.push(doubleBytes(order > 0 ? nextBelow(nearest) : nearest), Buffer.from([1]), digitBytes(exact));
}

/** Order of magnitude, then digits; inverted for negative numbers. */
function digitBytes(value: ExactDecimal): Buffer {
  const { coefficient, exponent } = stripZeros(value);
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  const header = Buffer.alloc(2);
  header.writeUInt16BE(digits.length + exponent + 0x8000, 0);
  const bytes = Buffer.concat([header, Buffer.from(digits, 'latin1'), END]);
  return coefficient < 0n ? invertBytes(bytes) : bytes;
}

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value === 0 ? 0 : value, 0); // -0 equals 0
  if (((bytes[0] ?? 0) & 0x80) !== 0) return invertBytes(bytes);
  bytes[0] = (bytes[0] ?? 0) | 0x80;
  return bytes;
}

function nextBelow(value: number): number {
  if (value === Infinity) return Number.MAX_VALUE;
  if (value === 0) return -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return view.getFloat64(0);
}

function signedBytes(value: bigint): Buffer {
  return unsignedBytes(value + 2n ** 63n);
}

function unsignedBytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value), 0);
  return bytes;
}
