import { Binary, BSONRegExp, Code, Double, Int32, Timestamp, type Decimal128, type Long } from 'bson';
import { bsonTypeName, type BsonDocument, type BsonNumber, type BsonValue } from '../values/bson-value.ts';
import { binaryBytes, textOf, TYPE_RANK, typeRank } from '../values/compare.ts';
import { compareDecimals, decimalOfDouble, stripZeros, type ExactDecimal } from '../values/decimal.ts';
import { fieldNames } from '../values/field-order.ts';
import { toDouble, toExact } from '../values/numeric.ts';
import { EMPTY_ARRAY, type SortField, type SortValue } from '../values/path.ts';
import { KeyWriter } from './key-writer.ts';

/** Between MinKey and null, where MongoDB's index keeps an empty array. */
const EMPTY_ARRAY_RANK = 15;
const END = 0;
const writer = new KeyWriter();

/** Bytes whose memcmp order is the BSON comparison order; descending fields are inverted. */
export function encodeKeyPart(value: SortValue, direction: 1 | -1): Buffer {
  writer.clear();
  writePart(value, direction);
  return writer.take();
}

/** The parts of a whole index key, one after the other. */
export function encodeKey(values: readonly SortValue[], fields: readonly SortField[]): Buffer {
  writer.clear();
  for (let position = 0; position < fields.length; position += 1) writePart(values[position], fields[position]?.direction ?? 1);
  return writer.take();
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

function writePart(value: SortValue, direction: 1 | -1): void {
  const start = writer.length;
  writeValue(value);
  if (direction === -1) writer.invertFrom(start);
}

function writeValue(value: SortValue): void {
  if (value === EMPTY_ARRAY) {
    writer.byte(EMPTY_ARRAY_RANK);
    return;
  }
  const rank = typeRank(value);
  writer.byte(rank);
  // The rank names the family; each cast restates it.
  switch (rank) {
    case TYPE_RANK.int:
      return writeNumber(value as BsonNumber);
    case TYPE_RANK.string:
      return writer.text(textOf(value));
    case TYPE_RANK.object:
      return writeObject(value as BsonDocument);
    case TYPE_RANK.array:
      for (const item of value as BsonValue[]) writeValue(item);
      return writer.byte(END);
    default:
      return writeLeaf(value);
  }
}

function writeLeaf(value: BsonValue): void {
  if (typeof value === 'boolean') writer.byte(value ? 1 : 0);
  else if (value instanceof Date) writer.uint64(BigInt(value.getTime()) + 2n ** 63n);
  else if (value instanceof Timestamp) writer.uint64(value.toBigInt());
  else if (value instanceof Binary) {
    writer.uint32(value.position);
    writer.byte(value.sub_type);
    writer.append(binaryBytes(value));
  } else if (value instanceof BSONRegExp) {
    writer.text(value.pattern);
    writer.text(value.options);
  } else if (value instanceof Code) {
    writer.text(value.code);
    if (value.scope !== null) writeObject(value.scope); // the decoder puts BSON values there
  } else if (bsonTypeName(value) === 'objectId') {
    writer.append((value as unknown as { id: Uint8Array }).id); // an ObjectId by its type name
  }
}

function writeObject(document: BsonDocument): void {
  for (const name of fieldNames(document)) {
    writer.byte(typeRank(document[name]));
    writer.text(name);
    writeValue(document[name]);
  }
  writer.byte(END);
}

/**
 * A number is the largest double not above it, then 00 when that is exact, else 01 and its decimal digits. So every type's
 * number sorts by exact value and equal values of different types have equal bytes.
 */
function writeNumber(value: BsonNumber): void {
  if (value instanceof Int32 || value instanceof Double) writeDouble(value.value);
  else writeExact(value);
}

/** NaN is below all other numbers. */
function writeDouble(value: number): void {
  if (Number.isNaN(value)) writer.zeros(8);
  else writer.double(value === 0 ? 0 : value); // -0 equals 0
  writer.byte(END);
}

function writeExact(value: Long | Decimal128): void {
  const exact = toExact(value);
  if (typeof exact === 'number') {
    writeDouble(exact);
    return;
  }
  const nearest = toDouble(value);
  const order = Number.isFinite(nearest) ? compareDecimals(decimalOfDouble(nearest), exact) : Math.sign(nearest);
  if (order === 0) {
    writeDouble(nearest);
    return;
  }
  const below = order > 0 ? nextBelow(nearest) : nearest;
  writer.double(below === 0 ? 0 : below);
  writer.byte(1);
  writeDigits(exact);
}

/** Order of magnitude, then digits; inverted for negative numbers. */
function writeDigits(value: ExactDecimal): void {
  const { coefficient, exponent } = stripZeros(value);
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  const start = writer.length;
  writer.uint16(digits.length + exponent + 0x8000);
  writer.append(Buffer.from(digits, 'latin1'));
  writer.byte(END);
  if (coefficient < 0n) writer.invertFrom(start);
}

function nextBelow(value: number): number {
  if (value === Infinity) return Number.MAX_VALUE;
  if (value === 0) return -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return view.getFloat64(0);
}
