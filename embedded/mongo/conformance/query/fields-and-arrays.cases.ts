import { Decimal128, Double, Long } from 'bson';
import type { ConformanceCase } from '../conformance-case.ts';
import { findRefused, finds } from '../read-and-write-cases.ts';

const NULLS = [{ _id: 1 }, { _id: 2, a: null }, { _id: 3, a: 1 }, { _id: 4, a: [] }, { _id: 5, a: [null] }];
const NESTED = [
  { _id: 1, a: { b: 1 } },
  { _id: 2, a: [{ b: 1 }, { b: 2 }] },
  { _id: 3, a: [{ c: 1 }] },
  { _id: 4, a: 1 },
  { _id: 5 },
  { _id: 6, a: [1, 2] },
  { _id: 7, a: [] },
];
const LISTS = [
  { _id: 1, a: [1, 2, 3] },
  { _id: 2, a: [3, 4] },
  { _id: 3, a: 3 },
  { _id: 4, a: [[1, 2], [3]] },
  { _id: 5, a: [] },
];
const ITEMS = [
  {
    _id: 1,
    items: [
      { sku: 'a', qty: 1 },
      { sku: 'b', qty: 9 },
    ],
  },
  { _id: 2, items: [{ sku: 'a', qty: 9 }] },
  { _id: 3, items: [{ sku: 'b', qty: 1 }] },
];

export const cases: readonly ConformanceCase[] = [
  finds('null matches null and missing, and null within an array', NULLS, { a: null }, [1, 2, 5]),
  finds('$ne null matches what is there and not null', NULLS, { a: { $ne: null } }, [3, 4]),
  finds('$exists true matches null too', NULLS, { a: { $exists: true } }, [2, 3, 4, 5]),
  finds('$exists false matches the missing only', NULLS, { a: { $exists: false } }, [1]),
  finds('$exists takes numbers as truth', NULLS, { a: { $exists: 0 } }, [1]),
  finds('$gte null matches null and missing', NULLS, { a: { $gte: null } }, [1, 2, 5]),
  finds('$gt null matches nothing', NULLS, { a: { $gt: null } }, []),
  finds('$in with null matches missing', NULLS, { a: { $in: [null, 1] } }, [1, 2, 3, 5]),
  finds('$nin with null leaves missing out', NULLS, { a: { $nin: [null] } }, [3, 4]),
  finds('$type null does not match missing', NULLS, { a: { $type: 'null' } }, [2, 5]),
  finds('a path goes through documents and arrays of documents', NESTED, { 'a.b': 1 }, [1, 2]),
  finds(
    'null at a path matches where the field is missing, not elements that are no documents',
    NESTED,
    { 'a.b': null },
    [3, 4, 5],
  ),
  finds('$exists false at a path', NESTED, { 'a.b': { $exists: false } }, [3, 4, 5, 6, 7]),
  finds('$ne at a path means no element matches', NESTED, { 'a.b': { $ne: 2 } }, [1, 3, 4, 5, 6, 7]),
  finds('a number in a path chooses an element', LISTS, { 'a.0': 3 }, [2]),
  finds(
    'a number in a path is a field name too',
    [
      { _id: 1, a: { 0: 'x' } },
      { _id: 2, a: ['x'] },
      { _id: 3, a: [{ 0: 'x' }] },
    ],
    { 'a.0': 'x' },
    [1, 2, 3],
  ),
  finds('an element chosen by number is compared as a whole', LISTS, { 'a.0': 1 }, [1]),
  finds('an array chosen by number equals an array', LISTS, { 'a.0': [1, 2] }, [4]),
  finds('a number beyond the array reaches nothing', LISTS, { 'a.5': null }, [3]),
  finds(
    'a path goes on below a chosen element',
    [
      { _id: 1, a: [{ b: 1 }, { b: 2 }] },
      { _id: 2, a: [{ b: 2 }, { b: 1 }] },
    ],
    { 'a.1.b': 2 },
    [1],
  ),
  finds(
    'a path goes on in an array chosen by number',
    [
      { _id: 1, a: [[{ b: 1 }]] },
      { _id: 2, a: [{ b: [1] }] },
    ],
    { 'a.0.b': 1 },
    [1, 2],
  ),
  finds(
    'nested arrays are not searched without a number',
    [
      { _id: 1, a: [[1, 2]] },
      { _id: 2, a: [1] },
    ],
    { a: 1 },
    [2],
  ),
  finds(
    'documents in nested arrays are not searched',
    [
      { _id: 1, a: [[{ b: 1 }]] },
      { _id: 2, a: [{ b: 1 }] },
    ],
    { 'a.b': 1 },
    [2],
  ),
  finds('a value matches an array that holds it', LISTS, { a: 3 }, [1, 2, 3]),
  finds('two conditions may be met by two elements', LISTS, { a: { $gt: 2, $lt: 2 } }, [1]),
  finds('$elemMatch wants one element for all conditions', LISTS, { a: { $elemMatch: { $gt: 1, $lt: 3 } } }, [1]),
  finds('$elemMatch does not match a value that is no array', LISTS, { a: { $elemMatch: { $eq: 3 } } }, [1, 2]),
  finds('$elemMatch on fields wants one document', ITEMS, { items: { $elemMatch: { sku: 'a', qty: { $gt: 5 } } } }, [2]),
  finds(
    'without $elemMatch two documents may share the conditions',
    ITEMS,
    { 'items.sku': 'a', 'items.qty': { $gt: 5 } },
    [1, 2],
  ),
  finds('$elemMatch takes $or within', ITEMS, { items: { $elemMatch: { $or: [{ qty: 9 }, { sku: 'x' }] } } }, [1, 2]),
  finds('$elemMatch within $elemMatch reaches nested arrays', LISTS, { a: { $elemMatch: { $elemMatch: { $eq: 2 } } } }, [4]),
  finds('$size within $elemMatch measures nested arrays', LISTS, { a: { $elemMatch: { $size: 2 } } }, [4]),
  finds('$not within $elemMatch is true of some element', LISTS, { a: { $elemMatch: { $not: { $gt: 1 } } } }, [1, 4]),
  finds('$not around $elemMatch is true of no element', ITEMS, { items: { $not: { $elemMatch: { sku: 'a' } } } }, [3]),
  finds(
    '$elemMatch finds references by their parts',
    [
      { _id: 1, r: [{ $ref: 'c', $id: 1 }] },
      { _id: 2, r: [{ $ref: 'd', $id: 1 }] },
    ],
    { r: { $elemMatch: { $ref: 'c', $id: 1 } } },
    [1],
  ),
  finds(
    'a reference is a value to compare with',
    [
      { _id: 1, r: { $ref: 'c', $id: 1 } },
      { _id: 2, r: { $ref: 'c', $id: 2 } },
    ],
    { r: { $ref: 'c', $id: 2 } },
    [2],
  ),
  finds(
    'the parts of a reference are fields',
    [
      { _id: 1, r: { $ref: 'c', $id: 1 } },
      { _id: 2, r: { $ref: 'c', $id: 2 } },
    ],
    { 'r.$id': 1 },
    [1],
  ),
  finds('$all wants every value in the array', LISTS, { a: { $all: [3, 1] } }, [1]),
  finds('$all of one value matches the value itself', LISTS, { a: { $all: [3] } }, [1, 2, 3]),
  finds('$all with nothing matches nothing', LISTS, { a: { $all: [] } }, []),
  finds('$all with an array matches a nested array', LISTS, { a: { $all: [[1, 2]] } }, [4]),
  finds(
    '$all takes $elemMatch conditions',
    ITEMS,
    { items: { $all: [{ $elemMatch: { sku: 'a' } }, { $elemMatch: { qty: 9, sku: 'b' } }] } },
    [1],
  ),
  finds('$size counts elements', LISTS, { a: { $size: 2 } }, [2, 4]),
  finds('$size 0 matches the empty array only', LISTS, { a: { $size: 0 } }, [5]),
  finds('$size takes whole doubles', LISTS, { a: { $size: new Double(3) } }, [1]),
  findRefused('$size refuses fractions', { filter: { a: { $size: 1.5 } } }, 2),
  findRefused('$size refuses negative numbers', { filter: { a: { $size: -1 } } }, 2),
  finds('$in matches any of its values in an array', LISTS, { a: { $in: [4, 9] } }, [2]),
  finds('$in takes arrays as values', LISTS, { a: { $in: [[3, 4]] } }, [2]),
  finds(
    '$in takes regular expressions',
    [
      { _id: 1, a: 'abc' },
      { _id: 2, a: 'xyz' },
    ],
    { a: { $in: [/^ab/, 'q'] } },
    [1],
  ),
  finds('$nin leaves arrays out that hold a value', LISTS, { a: { $nin: [3] } }, [4, 5]),
  finds('$in with nothing matches nothing', LISTS, { a: { $in: [] } }, []),
  findRefused('$in needs an array', { filter: { a: { $in: 3 } } }, 2),
  findRefused('$in refuses operators within', { filter: { a: { $in: [{ $gt: 1 }] } } }, 2),
  findRefused('$elemMatch needs a document', { filter: { a: { $elemMatch: 1 } } }, 2),
  findRefused('$all needs an array', { filter: { a: { $all: 1 } } }, 2),
  finds(
    '$mod compares the remainder',
    [
      { _id: 1, a: 8 },
      { _id: 2, a: 9 },
      { _id: 3, a: -8 },
      { _id: 4, a: 'x' },
    ],
    { a: { $mod: [4, 0] } },
    [1, 3],
  ),
  finds(
    '$mod keeps the sign of the dividend',
    [
      { _id: 1, a: -5 },
      { _id: 2, a: 5 },
    ],
    { a: { $mod: [4, -1] } },
    [1],
  ),
  finds(
    '$mod cuts fractions',
    [
      { _id: 1, a: new Double(8.9) },
      { _id: 2, a: Decimal128.fromString('8.9') },
      { _id: 3, a: Long.fromNumber(8) },
    ],
    { a: { $mod: [4, 0] } },
    [1, 2, 3],
  ),
  finds(
    '$mod takes a fraction as divisor and cuts it',
    [
      { _id: 1, a: 8 },
      { _id: 2, a: 9 },
    ],
    { a: { $mod: [new Double(4.7), 0] } },
    [1],
  ),
  finds(
    '$mod does not match NaN',
    [
      { _id: 1, a: new Double(NaN) },
      { _id: 2, a: 0 },
    ],
    { a: { $mod: [2, 0] } },
    [2],
  ),
  findRefused('$mod refuses 0 as divisor', { filter: { a: { $mod: [0, 1] } } }, 2),
  findRefused('$mod refuses one number', { filter: { a: { $mod: [4] } } }, 2),
  findRefused('$mod refuses three numbers', { filter: { a: { $mod: [4, 1, 2] } } }, 2),
  finds(
    'fields called like JavaScript properties are ordinary',
    [{ _id: 1, constructor: 1 }, { _id: 2 }],
    { constructor: { $exists: true } },
    [1],
  ),
];
