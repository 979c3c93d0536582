import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import { CommandError } from '../command-error.ts';
import type { BsonDocument } from './bson-value.ts';
import { fieldNames } from './field-order.ts';

const FIRST_CAPACITY = 16 * 1024;
/** A larger working buffer is given back after use. */
const KEPT_CAPACITY = 1024 * 1024;
const INT32_LIMIT = 2 ** 31;

/** Writes BSON documents. Plain JavaScript numbers, as replies hold them, become int or double, bigints long. */
export class BsonEncoder {
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY);
  #at = 0;

  /** The bytes of one document; a field that is undefined is left out. */
  encode(document: Readonly<Record<string, unknown>>): Buffer {
    this.#at = 0;
    this.#document(document);
    const result = Buffer.from(this.#bytes.subarray(0, this.#at));
    if (this.#bytes.length > KEPT_CAPACITY) this.#bytes = Buffer.allocUnsafe(FIRST_CAPACITY);
    return result;
  }

  #document(document: Readonly<Record<string, unknown>>): void {
    const start = this.#reserve(4);
    for (const name of fieldNames(document as BsonDocument)) this.#element(name, document[name]); // only its names are read
    this.#close(start);
  }

  #array(array: readonly unknown[]): void {
    const start = this.#reserve(4);
    for (let index = 0; index < array.length; index += 1) this.#element(String(index), array[index] ?? null);
    this.#close(start);
  }

  #close(start: number): void {
    this.#byte(0);
    this.#bytes.writeInt32LE(this.#at - start, start);
  }

  #element(name: string, value: unknown): void {
    switch (typeof value) {
      case 'undefined':
        return;
      case 'string':
        this.#head(0x02, name);
        this.#string(value);
        return;
      case 'number':
        this.#plainNumber(name, value);
        return;
      case 'boolean':
        this.#head(0x08, name);
        this.#byte(value ? 1 : 0);
        return;
      case 'bigint':
        this.#head(0x12, name);
        this.#int64(value);
        return;
      case 'object':
        this.#object(name, value);
        return;
      default:
        throw new CommandError(1, `a value of type ${typeof value} has no BSON form`);
    }
  }

  #plainNumber(name: string, value: number): void {
    const isInt = Number.isInteger(value) && !Object.is(value, -0) && value >= -INT32_LIMIT && value < INT32_LIMIT;
    this.#head(isInt ? 0x10 : 0x01, name);
    if (isInt) this.#int32(value);
    else this.#double(value);
  }

  #object(name: string, value: object | null): void {
    if (value === null) this.#head(0x0a, name);
    else if (Object.getPrototypeOf(value) === Object.prototype) {
      this.#head(0x03, name);
      this.#document(value as Readonly<Record<string, unknown>>); // a plain object
    } else if (Array.isArray(value)) {
      this.#head(0x04, name);
      this.#array(value);
    } else this.#leaf(name, value);
  }

  #leaf(name: string, value: object): void {
    if (value instanceof Int32) {
      this.#head(0x10, name);
      this.#int32(value.value);
    } else if (value instanceof Double) {
      this.#head(0x01, name);
      this.#double(value.value);
    } else if (value instanceof ObjectId) {
      this.#head(0x07, name);
      this.#copy(value.id);
    } else if (value instanceof Date) {
      this.#head(0x09, name);
      this.#int64(BigInt(value.getTime()));
    } else if (value instanceof Long) {
      // Timestamp extends Long and has the same eight bytes.
      this.#head(value instanceof Timestamp ? 0x11 : 0x12, name);
      this.#int32(value.low);
      this.#int32(value.high);
    } else this.#rareLeaf(name, value);
  }

  #rareLeaf(name: string, value: object): void {
    if (value instanceof Decimal128) {
      this.#head(0x13, name);
      this.#copy(value.bytes);
    } else if (value instanceof Binary) this.#binary(name, value);
    else if (value instanceof BSONRegExp) {
      this.#head(0x0b, name);
      this.#text(value.pattern);
      this.#text(value.options);
    } else if (value instanceof Code) this.#code(name, value);
    else if (value instanceof BSONSymbol) {
      this.#head(0x0e, name);
      this.#string(value.value);
    } else if (value instanceof MinKey) this.#head(0xff, name);
    else if (value instanceof MaxKey) this.#head(0x7f, name);
    else {
      this.#head(0x03, name);
      this.#document(value as Readonly<Record<string, unknown>>); // an object without the usual prototype
    }
  }

  #binary(name: string, value: Binary): void {
    const isOld = value.sub_type === Binary.SUBTYPE_BYTE_ARRAY;
    this.#head(0x05, name);
    this.#int32(value.position + (isOld ? 4 : 0));
    this.#byte(value.sub_type);
    if (isOld) this.#int32(value.position);
    this.#copy(value.buffer.subarray(0, value.position));
  }

  #code(name: string, value: Code): void {
    if (value.scope === null) {
      this.#head(0x0d, name);
      this.#string(value.code);
      return;
    }
    this.#head(0x0f, name);
    const start = this.#reserve(4);
    this.#string(value.code);
    this.#document(value.scope);
    this.#bytes.writeInt32LE(this.#at - start, start);
  }

  #head(type: number, name: string): void {
    this.#byte(type);
    this.#text(name);
  }

  // Room is made before `#bytes` is read: making it may put another buffer there.
  #int32(value: number): void {
    const at = this.#reserve(4);
    this.#bytes.writeInt32LE(value, at);
  }

  #int64(value: bigint): void {
    const at = this.#reserve(8);
    this.#bytes.writeBigInt64LE(value, at);
  }

  #double(value: number): void {
    const at = this.#reserve(8);
    this.#bytes.writeDoubleLE(value, at);
  }

  #byte(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  #copy(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** A text with its length before and a zero after it. */
  #string(value: string): void {
    const lengthAt = this.#reserve(4);
    const start = this.#at;
    this.#text(value);
    this.#bytes.writeInt32LE(this.#at - start, lengthAt);
  }

  /** A text with a zero after it. Three bytes per UTF-16 unit is the most UTF-8 needs. */
  #text(value: string): void {
    const start = this.#reserve(value.length * 3 + 1);
    const written =
      value.length < 32 && isAscii(value) ? this.#writeAscii(value, start) : this.#bytes.write(value, start, 'utf8');
    this.#bytes[start + written] = 0;
    this.#at = start + written + 1;
  }

  #writeAscii(value: string, start: number): number {
    for (let index = 0; index < value.length; index += 1) this.#bytes[start + index] = value.charCodeAt(index);
    return value.length;
  }

  #reserve(count: number): number {
    const start = this.#at;
    if (start + count > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, start + count));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    this.#at = start + count;
    return start;
  }
}

function isAscii(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) if (value.charCodeAt(index) > 0x7f) return false;
  return true;
}
