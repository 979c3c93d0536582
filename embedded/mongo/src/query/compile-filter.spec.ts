import { Decimal128, Double, Int32, Long, ObjectId } from 'bson';
import { CommandError } from '../command-error.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { serialize } from 'bson';
import { compileFilter } from './compile-filter.ts';

/** Brings plain numbers and regular expressions into the form a command arrives in. */
const bson = (document: object): BsonDocument => decodeDocument(serialize(document));
const matches = (filter: object, document: object): boolean => compileFilter(bson(filter))(bson(document));

function errorCodeOf(filter: object): number | undefined {
  try {
    compileFilter(bson(filter));
  } catch (error) {
    if (error instanceof CommandError) return error.code;
    throw error;
  }
  return undefined;
}

describe('query filter', () => {
  it('matches null for missing fields, also in sub-documents of arrays, but not for empty arrays', () => {
    expect(matches({ a: null }, {})).toBeTrue();
    expect(matches({ a: null }, { a: [] })).toBeFalse();
    expect(matches({ 'a.b': null }, { a: [{ b: 1 }, {}] })).toBeTrue();
    expect(matches({ 'a.b': null }, { a: [{ b: 1 }] })).toBeFalse();
    expect(matches({ 'a.b': null }, { a: 4 })).toBeTrue();
    expect(matches({ a: { $ne: null } }, {})).toBeFalse();
    expect(matches({ a: { $gte: null } }, {})).toBeTrue();
  });

  it('compares only within a type family', () => {
    expect(matches({ a: { $gt: 1 } }, { a: 'x' })).toBeFalse();
    expect(matches({ a: { $gt: 1 } }, { a: Decimal128.fromString('1.5') })).toBeTrue();
    expect(matches({ a: { $lt: 5 } }, { a: new Double(NaN) })).toBeFalse();
    expect(matches({ a: Long.fromString('9007199254740993') }, { a: Long.fromString('9007199254740992') })).toBeFalse();
  });

  it('looks into arrays element by element and at the array itself', () => {
    expect(matches({ a: 2 }, { a: [1, 2] })).toBeTrue();
    expect(matches({ a: [1, 2] }, { a: [1, 2] })).toBeTrue();
    expect(matches({ a: [2, 1] }, { a: [1, 2] })).toBeFalse();
    expect(matches({ 'a.0': 1 }, { a: [1, 2] })).toBeTrue();
    expect(matches({ a: { $gt: 1, $lt: 1 } }, { a: [0, 2] })).toBeTrue();
    expect(matches({ a: { $elemMatch: { $gt: 1, $lt: 1 } } }, { a: [0, 2] })).toBeFalse();
    expect(matches({ a: { $size: 2 } }, { a: [0, 2] })).toBeTrue();
    expect(matches({ a: { $all: [1, 2] } }, { a: [2, 3, 1] })).toBeTrue();
    expect(matches({ 'a.b': { $exists: false } }, { a: [] })).toBeTrue();
  });

  it('knows every element condition of $elemMatch at once', () => {
    const filter = { items: { $elemMatch: { sku: 'a', qty: { $gt: 1 } } } };
    expect(
      matches(filter, {
        items: [
          { sku: 'a', qty: 1 },
          { sku: 'b', qty: 2 },
        ],
      }),
    ).toBeFalse();
    expect(matches(filter, { items: [{ sku: 'a', qty: 2 }] })).toBeTrue();
  });

  it('searches strings with PCRE meaning', () => {
    expect(matches({ a: /^b$/ }, { a: 'b\n' })).toBeTrue();
    expect(matches({ a: { $regex: 'x.y', $options: 'i' } }, { a: 'X\ry' })).toBeTrue();
    expect(matches({ a: { $regex: 'x.y' } }, { a: 'x\ny' })).toBeFalse();
    expect(matches({ a: { $regex: '^仙' } }, { a: '仙台' })).toBeTrue();
    expect(matches({ a: { $in: [/^b/, 'c'] } }, { a: 'bc' })).toBeTrue();
    expect(matches({ a: { $not: /^b/ } }, { a: 'bc' })).toBeFalse();
    expect(matches({ a: { $regex: '03\\-22' } }, { a: '03-22' })).toBeTrue();
  });

  it('evaluates types, remainders and expressions', () => {
    expect(matches({ a: { $type: 'objectId' } }, { a: new ObjectId() })).toBeTrue();
    expect(matches({ a: { $type: 'number' } }, { a: new Int32(1) })).toBeTrue();
    expect(matches({ a: { $mod: [4, -1] } }, { a: -5 })).toBeTrue();
    expect(matches({ $expr: { $gt: ['$a', '$b'] } }, { a: 2, b: 1 })).toBeTrue();
    expect(matches({ $expr: { $eq: ['$a', 1] } }, { a: [1, 2] })).toBeFalse();
    expect(matches({ $or: [{ a: 1 }, { b: 1 }] }, { b: 1 })).toBeTrue();
    expect(matches({ $nor: [{ a: 1 }, { b: 1 }] }, { b: 1 })).toBeFalse();
  });

  it('does not mistake inherited names for fields', () => {
    expect(matches({ constructor: { $exists: true } }, { a: 1 })).toBeFalse();
    expect(matches({ toString: null }, { a: 1 })).toBeTrue();
  });

  it("answers unknown and malformed operators with MongoDB's codes before reading", () => {
    expect(errorCodeOf({ a: { $foo: 1 } })).toBe(2);
    expect(errorCodeOf({ $foo: 1 })).toBe(2);
    expect(errorCodeOf({ $where: 'true' })).toBe(115);
    expect(errorCodeOf({ $text: { $search: 'x' } })).toBe(27);
    expect(errorCodeOf({ a: { $near: [0, 0] } })).toBe(291);
    expect(errorCodeOf({ a: { $bitsAllSet: -1 } })).toBe(9);
    expect(errorCodeOf({ a: { $in: 1 } })).toBe(2);
    expect(errorCodeOf({ a: { $regex: '[[.a.]]' } })).toBe(115);
    expect(errorCodeOf({ a: { $regex: '(' } })).toBe(51091);
    expect(errorCodeOf({ $and: [] })).toBe(2);
    expect(errorCodeOf({ $expr: { $nope: 1 } })).toBe(168);
    expect(errorCodeOf({ a: { $eq: 1, b: 2 } })).toBe(2);
  });
});
