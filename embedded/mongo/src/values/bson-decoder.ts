import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import { CommandError, notSupported } from '../command-error.ts';
import type { BsonDocument, BsonValue } from './bson-value.ts';
import { isReorderedName, recordOrder } from './field-order.ts';

/** Deeper input is refused before it can exhaust the stack; MongoDB stores at most 180 levels. */
const MAX_DEPTH = 200;
const LONGEST_PLAIN_NAME = 24;
/** Milliseconds a JavaScript Date can hold. */
const MAX_DATE_MS = 8_640_000_000_000_000n;

const invalid = (reason: string): CommandError => new CommandError(22, `Invalid BSON: ${reason}`);

/**
 * Reads one BSON document, every number in its own class and every field in its place. Written here and not taken from the driver's
 * library because that one loses the order of fields named by whole numbers, turns `{ $ref, $id }` into a class of its own and
 * treats the field name `_bsontype` as a mark.
 */
export class BsonDecoder {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  decode(): BsonDocument {
    const document = this.#document(0);
    if (this.#at !== this.#bytes.length) throw invalid('bytes follow the document');
    return document;
  }

  #document(depth: number): BsonDocument {
    const end = this.#open(depth);
    const document: BsonDocument = {};
    const names: string[] = [];
    let isReordered = false;
    for (;;) {
      const type = this.#byte();
      if (type === 0) break;
      const name = this.#name();
      const value = this.#value(type, depth + 1);
      isReordered ||= isReorderedName(name);
      if (name !== '__proto__') document[name] = value;
      else Object.defineProperty(document, name, { value, enumerable: true, configurable: true, writable: true });
      names.push(name);
    }
    if (this.#at !== end) throw invalid('document length does not fit its fields');
    if (isReordered) recordOrder(document, names);
    return document;
  }

  #array(depth: number): BsonValue[] {
    const end = this.#open(depth);
    const array: BsonValue[] = [];
    for (;;) {
      const type = this.#byte();
      if (type === 0) break;
      this.#skipName();
      array.push(this.#value(type, depth + 1));
    }
    if (this.#at !== end) throw invalid('array length does not fit its elements');
    return array;
  }

  #value(type: number, depth: number): BsonValue {
    switch (type) {
      case 0x01:
        return new Double(this.#bytes.readDoubleLE(this.#take(8)));
      case 0x02:
        return this.#string();
      case 0x03:
        return this.#document(depth);
      case 0x04:
        return this.#array(depth);
      case 0x05:
        return this.#binary();
      case 0x07:
        return new ObjectId(this.#copy(12));
      case 0x08:
        return this.#boolean();
      case 0x09:
        return this.#date();
      case 0x0a:
        return null;
      case 0x10:
        return new Int32(this.#bytes.readInt32LE(this.#take(4)));
      case 0x12:
        return new Long(this.#bytes.readInt32LE(this.#take(4)), this.#bytes.readInt32LE(this.#take(4)));
      default:
        return this.#rareValue(type, depth);
    }
  }

  #rareValue(type: number, depth: number): BsonValue {
    switch (type) {
      case 0x06:
        throw notSupported('the deprecated BSON type undefined');
      case 0x0b:
        return this.#regularExpression();
      case 0x0c:
        throw notSupported('the deprecated BSON type dbPointer');
      case 0x0d:
        return new Code(this.#string());
      case 0x0e:
        return new BSONSymbol(this.#string());
      case 0x0f:
        return this.#codeWithScope(depth);
      case 0x11:
        return new Timestamp({ i: this.#bytes.readUInt32LE(this.#take(4)), t: this.#bytes.readUInt32LE(this.#take(4)) });
      case 0x13:
        return new Decimal128(this.#copy(16));
      case 0x7f:
        return new MaxKey();
      case 0xff:
        return new MinKey();
      default:
        throw invalid(`unknown element type 0x${type.toString(16)}`);
    }
  }

  /** Reads the length of a document or array; returns where it ends. */
  #open(depth: number): number {
    if (depth > MAX_DEPTH) throw new CommandError(15, `BSON nesting exceeds the maximum of ${MAX_DEPTH} levels`);
    const start = this.#at;
    const length = this.#bytes.readInt32LE(this.#take(4));
    if (length < 5 || start + length > this.#bytes.length) throw invalid('document length is out of range');
    return start + length;
  }

  /** Moves over `count` bytes; returns where they begin. */
  #take(count: number): number {
    const start = this.#at;
    if (count > this.#bytes.length - start) throw invalid('a value is cut off');
    this.#at = start + count;
    return start;
  }

  #byte(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  #copy(count: number): Buffer {
    const start = this.#take(count);
    return Buffer.from(this.#bytes.subarray(start, start + count));
  }

  #skipName(): void {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw invalid('a field name is cut off');
    this.#at = end + 1;
  }

  /** Most names are short ASCII; building those unit by unit is several times faster than decoding UTF-8. */
  #name(): string {
    const start = this.#at;
    let name = '';
    for (let at = start; at < start + LONGEST_PLAIN_NAME; at += 1) {
      const unit = this.#bytes[at];
      if (unit === 0) {
        this.#at = at + 1;
        return name;
      }
      if (unit === undefined || unit > 0x7f) break;
      name += String.fromCharCode(unit);
    }
    const end = this.#bytes.indexOf(0, start);
    if (end < 0) throw invalid('a field name is cut off');
    this.#at = end + 1;
    return this.#text(start, end);
  }

  #string(): string {
    const length = this.#bytes.readInt32LE(this.#take(4));
    if (length < 1) throw invalid('a string length is out of range');
    const start = this.#take(length);
    if (this.#bytes[start + length - 1] !== 0) throw invalid('a string has no end');
    return this.#text(start, start + length - 1);
  }

  #text(start: number, end: number): string {
    const text = this.#bytes.toString('utf8', start, end);
    // Bytes that are not UTF-8 decode to U+FFFD; the document would come back changed.
    if (text.includes('\ufffd') && !this.#bytes.subarray(start, end).equals(Buffer.from(text, 'utf8')))
      throw invalid('a string is not valid UTF-8');
    return text;
  }

  #boolean(): boolean {
    const byte = this.#byte();
    if (byte > 1) throw invalid('a boolean is neither 0 nor 1');
    return byte === 1;
  }

  #date(): Date {
    const milliseconds = this.#bytes.readBigInt64LE(this.#take(8));
    if (milliseconds > MAX_DATE_MS || milliseconds < -MAX_DATE_MS) throw notSupported('a date beyond the year 275760');
    return new Date(Number(milliseconds));
  }

  #binary(): Binary {
    const length = this.#bytes.readInt32LE(this.#take(4));
    const subtype = this.#byte();
    if (length < 0) throw invalid('a binary length is out of range');
    if (subtype !== Binary.SUBTYPE_BYTE_ARRAY) return new Binary(this.#copy(length), subtype);
    const inner = this.#bytes.readInt32LE(this.#take(4));
    if (inner !== length - 4) throw invalid('the two lengths of a binary of subtype 2 differ');
    return new Binary(this.#copy(inner), subtype);
  }

  #regularExpression(): BSONRegExp {
    const pattern = this.#name();
    const options = this.#name();
    try {
      return new BSONRegExp(pattern, options);
    } catch {
      throw invalid('a regular expression has options MongoDB does not know');
    }
  }

  #codeWithScope(depth: number): Code {
    const start = this.#at;
    const length = this.#bytes.readInt32LE(this.#take(4));
    const text = this.#string();
    const scope = this.#document(depth);
    if (this.#at !== start + length) throw invalid('the length of code with scope does not fit');
    return new Code(text, scope);
  }
}
