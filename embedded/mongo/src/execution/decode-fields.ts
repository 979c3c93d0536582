import { Double, Int32, ObjectId } from 'bson';
import { CommandError } from '../command-error.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import { setField } from '../values/field-order.ts';

/** BSON element types (https://bsonspec.org/spec.html) that are decoded here or whose length is not fixed. */
const TYPE = {
  double: 0x01,
  string: 0x02,
  objectId: 0x07,
  boolean: 0x08,
  date: 0x09,
  null: 0x0a,
  regex: 0x0b,
  int: 0x10,
} as const;

/** Bytes of each fixed-length value. */
const FIXED_LENGTH: Readonly<Record<number, number>> = {
  0x01: 8,
  0x06: 0,
  0x07: 12,
  0x08: 1,
  0x09: 8,
  0x0a: 0,
  0x10: 4,
  0x11: 8,
  0x12: 8,
  0x13: 16,
  0xff: 0,
  0x7f: 0,
};

/** Bytes that come on top of what a length prefix says. */
const LENGTH_EXTRA: Readonly<Record<number, number>> = {
  0x02: 4,
  0x03: 0,
  0x04: 0,
  0x05: 5,
  0x0c: 16,
  0x0d: 4,
  0x0e: 4,
  0x0f: 0,
};

/** Decodes some top-level fields of stored BSON documents and steps over the others. */
export class FieldDecoder {
  readonly #names: readonly Buffer[];
  readonly #fields: readonly string[];

  constructor(fields: ReadonlySet<string>) {
    this.#fields = [...fields];
    this.#names = this.#fields.map((field) => Buffer.from(`${field}\0`, 'utf8'));
  }

  /** A document of those fields that are there, in their stored order. */
  decode(stored: Uint8Array): BsonDocument {
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
    const document: BsonDocument = {};
    let missing = this.#names.length;
    let position = 4;
    while (missing > 0 && position < bytes.length) {
      const type = bytes[position] ?? 0;
      if (type === 0) break;
      const valueAt = nameEnd(bytes, position + 1) + 1;
      const end = valueAt + valueLength(bytes, type, valueAt);
      if (end < valueAt || end >= bytes.length) throw new CommandError(22, 'Invalid BSON: a value is cut off');
      const field = this.#fieldAt(bytes, position + 1, valueAt);
      if (field !== undefined) {
        setField(document, field, decodeValue(bytes, { type, elementAt: position, valueAt, end, field }));
        missing -= 1;
      }
      position = end;
    }
    return document;
  }

  #fieldAt(bytes: Buffer, start: number, end: number): string | undefined {
    for (let index = 0; index < this.#names.length; index += 1) {
      const name = this.#names[index];
      if (name?.length !== end - start) continue;
      let offset = 0;
      while (offset < name.length && bytes[start + offset] === name[offset]) offset += 1;
      if (offset === name.length) return this.#fields[index];
    }
    return undefined;
  }
}

/** Where the zero behind a field's name is. Names are short: looking at each byte is faster than a search. */
function nameEnd(bytes: Buffer, start: number): number {
  let position = start;
  while (position < bytes.length && bytes[position] !== 0) position += 1;
  return position;
}

function valueLength(bytes: Buffer, type: number, valueAt: number): number {
  const fixed = FIXED_LENGTH[type];
  if (fixed !== undefined) return fixed;
  const extra = LENGTH_EXTRA[type];
  if (extra !== undefined) return valueAt + 4 > bytes.length ? bytes.length : bytes.readInt32LE(valueAt) + extra;
  if (type !== TYPE.regex) throw new CommandError(22, `Invalid BSON: element type ${type} is unknown`);
  return bytes.indexOf(0, bytes.indexOf(0, valueAt) + 1) + 1 - valueAt;
}

interface Element {
  readonly type: number;
  readonly elementAt: number;
  readonly valueAt: number;
  readonly end: number;
  readonly field: string;
}

function decodeValue(bytes: Buffer, { type, elementAt, valueAt, end, field }: Element): BsonValue {
  switch (type) {
    case TYPE.int:
      return new Int32(bytes.readInt32LE(valueAt));
    case TYPE.double:
      return new Double(bytes.readDoubleLE(valueAt));
    case TYPE.string:
      return bytes.toString('utf8', valueAt + 4, end - 1);
    case TYPE.boolean:
      return bytes[valueAt] !== 0;
    case TYPE.null:
      return null;
    case TYPE.date:
      return new Date(Number(bytes.readBigInt64LE(valueAt)));
    case TYPE.objectId:
      return new ObjectId(bytes.subarray(valueAt, end));
    default:
      return decodeAlone(bytes.subarray(elementAt, end))[field];
  }
}

/** Any other type goes through the full decoder, as the only element of a document. */
function decodeAlone(element: Buffer): BsonDocument {
  const document = Buffer.alloc(element.length + 5);
  document.writeInt32LE(document.length, 0);
  element.copy(document, 4);
  return decodeDocument(document);
}
