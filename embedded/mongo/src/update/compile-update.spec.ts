import { Decimal128, deserialize, Int32, Long, serialize } from 'bson';
import { CommandError } from '../command-error.ts';
import { decodeDocument, encodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { compileUpdate } from './compile-update.ts';

const NOW = new Date('2026-03-31T15:00:00Z');
const bson = (document: object): BsonDocument => decodeDocument(serialize(document));

interface Options {
  readonly arrayFilters?: readonly object[];
  readonly arrayIndex?: number;
  readonly isInsert?: boolean;
}

function apply(update: object, document: object, { arrayFilters, arrayIndex, isInsert = false }: Options = {}): object {
  const filters = arrayFilters === undefined ? undefined : bson({ list: arrayFilters })['list'];
  const operation = bson({ update })['update'];
  const context = arrayIndex === undefined ? { isInsert } : { isInsert, arrayIndex };
  return deserialize(encodeDocument(compileUpdate(operation, filters, { now: NOW }).apply(bson(document), context)));
}

function errorCodeOf(run: () => unknown): number | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandError) return error.code;
    throw error;
  }
  return undefined;
}

describe('update operators', () => {
  it('set, unset, rename and create paths', () => {
    expect(apply({ $set: { 'a.b': 1 } }, {})).toEqual({ a: { b: 1 } });
    expect(apply({ $set: { 'a.2': 1 } }, { a: [0] })).toEqual({ a: [0, null, 1] });
    expect(apply({ $unset: { 'a.0': '' } }, { a: [1, 2] })).toEqual({ a: [null, 2] });
    expect(apply({ $rename: { a: 'b.c' } }, { a: 1 })).toEqual({ b: { c: 1 } });
    expect(apply({ $unset: { 'x.y': '' } }, { a: 1 })).toEqual({ a: 1 });
  });

  it('count in the width of their operands', () => {
    const max = new Int32(2 ** 31 - 1);
    expect(
      encodeDocument(
        compileUpdate({ $inc: { n: new Int32(1) } }, undefined, { now: NOW }).apply({ n: max }, { isInsert: false }),
      ),
    ).toEqual(serialize({ n: Long.fromNumber(2 ** 31) }));
    expect(apply({ $inc: { n: Decimal128.fromString('0.1') } }, { n: Decimal128.fromString('0.2') })).toEqual({
      n: Decimal128.fromString('0.3'),
    });
    expect(apply({ $mul: { n: 3 } }, {})).toEqual({ n: 0 });
    expect(apply({ $min: { n: 3 } }, { n: 5 })).toEqual({ n: 3 });
    expect(apply({ $max: { n: 3 } }, { n: 5 })).toEqual({ n: 5 });
    expect(errorCodeOf(() => apply({ $inc: { n: 1 } }, { n: 'x' }))).toBe(14);
    expect(errorCodeOf(() => apply({ $inc: { n: Long.MAX_VALUE } }, { n: Long.MAX_VALUE }))).toBe(2);
  });

  it('push with position, sort and slice', () => {
    expect(apply({ $push: { a: { $each: [5, 1], $sort: -1, $slice: 3 } } }, { a: [3, 2] })).toEqual({ a: [5, 3, 2] });
    expect(apply({ $push: { a: { $each: [9], $position: 1 } } }, { a: [1, 2] })).toEqual({ a: [1, 9, 2] });
    expect(apply({ $push: { a: { $each: [{ n: 2 }, { n: 1 }], $sort: { n: 1 } } } }, {})).toEqual({ a: [{ n: 1 }, { n: 2 }] });
    expect(errorCodeOf(() => apply({ $push: { a: 1 } }, { a: 1 }))).toBe(2);
  });

  it('add to and pull from arrays', () => {
    expect(apply({ $addToSet: { a: { $each: [1, 2, 2] } } }, { a: [1] })).toEqual({ a: [1, 2] });
    expect(apply({ $pull: { a: { $gt: 1 } } }, { a: [1, 2, 3] })).toEqual({ a: [1] });
    expect(apply({ $pull: { a: { n: 1 } } }, { a: [{ n: 1, m: 1 }, { n: 2 }] })).toEqual({ a: [{ n: 2 }] });
    expect(apply({ $pullAll: { a: [1, 3] } }, { a: [1, 2, 3] })).toEqual({ a: [2] });
    expect(apply({ $pop: { a: -1 } }, { a: [1, 2, 3] })).toEqual({ a: [2, 3] });
  });

  it('reach array elements by position, all and filters', () => {
    expect(apply({ $set: { 'a.$': 9 } }, { a: [1, 2] }, { arrayIndex: 1 })).toEqual({ a: [1, 9] });
    expect(apply({ $inc: { 'a.$[].n': 1 } }, { a: [{ n: 1 }, { n: 2 }] })).toEqual({ a: [{ n: 2 }, { n: 3 }] });
    const arrayFilters = [{ 'i.n': { $gt: 1 } }];
    expect(apply({ $set: { 'a.$[i].m': 0 } }, { a: [{ n: 1 }, { n: 2 }] }, { arrayFilters })).toEqual({
      a: [{ n: 1 }, { n: 2, m: 0 }],
    });
    expect(errorCodeOf(() => apply({ $set: { 'a.$': 9 } }, { a: [1] }))).toBe(2);
    expect(errorCodeOf(() => apply({ $set: { 'a.$[i]': 9 } }, { a: [1] }))).toBe(2);
    expect(errorCodeOf(() => apply({ $set: { b: 9 } }, {}, { arrayFilters }))).toBe(9);
  });

  it('set on insert only on insert, and the current date', () => {
    expect(apply({ $setOnInsert: { a: 1 } }, {})).toEqual({});
    expect(apply({ $setOnInsert: { a: 1 } }, {}, { isInsert: true })).toEqual({ a: 1 });
    expect(apply({ $currentDate: { at: true } }, {})).toEqual({ at: NOW });
  });

  it('replace and run as a pipeline', () => {
    expect(apply({ b: 2 }, { _id: 1, a: 1 })).toEqual({ _id: 1, b: 2 });
    expect(apply([{ $set: { n: { $add: ['$n', 1] } } }, { $unset: 'm' }], { _id: 1, n: 1, m: 1 })).toEqual({ _id: 1, n: 2 });
  });

  it("are refused with MongoDB's codes", () => {
    expect(errorCodeOf(() => apply({ $foo: { a: 1 } }, {}))).toBe(9);
    expect(errorCodeOf(() => apply({ $set: { a: 1, 'a.b': 1 } }, {}))).toBe(40);
    expect(errorCodeOf(() => apply({ $set: { 'a.b': 1 } }, { a: 5 }))).toBe(28);
    expect(errorCodeOf(() => apply({ $set: { 'a..b': 1 } }, {}))).toBe(56);
    expect(errorCodeOf(() => apply({ a: 1, $set: { b: 1 } }, {}))).toBe(52);
    expect(errorCodeOf(() => apply({ $bit: { a: { and: 1.5 } } }, {}))).toBe(2);
    expect(errorCodeOf(() => apply([{ $group: { _id: null } }], {}))).toBe(72);
  });

  it('never write through to the prototype', () => {
    expect(apply({ $set: { constructor: 1 } }, {})).toEqual({ constructor: 1 }); // an own field of that name
    apply({ $set: { 'x.__proto__.polluted': 1 } }, { x: {} });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
