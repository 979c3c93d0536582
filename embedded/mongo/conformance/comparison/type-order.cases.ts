import { Binary, BSONRegExp, Code, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import type { ConformanceCase } from '../conformance-case.ts';
import { finds, sorts } from '../read-and-write-cases.ts';

// https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
const ONE_OF_EACH = [
  { _id: 1, v: new MaxKey() },
  { _id: 2, v: new BSONRegExp('a', '') },
  { _id: 3, v: new Timestamp({ t: 1, i: 1 }) },
  { _id: 4, v: new Date(0) },
  { _id: 5, v: false },
  { _id: 6, v: new ObjectId('000000000000000000000001') },
  { _id: 7, v: new Binary(Buffer.from([1]), 0) },
  { _id: 8, v: [100] },
  { _id: 9, v: { a: 1 } },
  { _id: 10, v: 'text' },
  { _id: 11, v: 5 },
  { _id: 12, v: null },
  { _id: 13, v: new MinKey() },
  { _id: 14, v: new Code('f') },
];

const NUMBERS = [
  { _id: 1, v: 3 },
  { _id: 2, v: new Double(2.5) },
  { _id: 3, v: Long.fromNumber(-4) },
  { _id: 4, v: Decimal128.fromString('2.75') },
  { _id: 5, v: new Double(NaN) },
  { _id: 6, v: new Double(-Infinity) },
  { _id: 7, v: Decimal128.fromString('1E+400') },
];

const HUGE = [
  { _id: 1, v: Long.fromString('9007199254740993') },
  { _id: 2, v: Long.fromString('9007199254740992') },
  { _id: 3, v: new Double(9007199254740992) },
  { _id: 4, v: Decimal128.fromString('9007199254740992.5') },
];

export const cases: readonly ConformanceCase[] = [
  // An array sorts by its elements: [100] stands among the numbers.
  sorts('values of different types sort by their type', ONE_OF_EACH, { v: 1 }, [13, 12, 11, 8, 10, 9, 7, 6, 5, 4, 3, 2, 14, 1]),
  sorts(
    'a descending sort turns the order of types round',
    ONE_OF_EACH,
    { v: -1 },
    [1, 14, 2, 3, 4, 5, 6, 7, 9, 10, 8, 11, 12, 13],
  ),
  sorts('numbers of all types sort by value, NaN first', NUMBERS, { v: 1 }, [5, 6, 3, 2, 4, 1, 7]),
  sorts('numbers beyond 2^53 sort exactly', HUGE, { v: 1, _id: 1 }, [2, 3, 4, 1]),
  finds(
    'numbers of different types with one value are equal',
    [
      { _id: 1, v: 5 },
      { _id: 2, v: new Double(5) },
      { _id: 3, v: Long.fromNumber(5) },
      { _id: 4, v: Decimal128.fromString('5.00') },
      { _id: 5, v: '5' },
    ],
    { v: 5 },
    [1, 2, 3, 4],
  ),
  finds('a long and the double next to it are different', HUGE, { v: Long.fromString('9007199254740993') }, [1]),
  finds('a long equals the double of the same value', HUGE, { v: new Double(9007199254740992) }, [2, 3]),
  finds(
    '0.1 as double and as decimal are different',
    [
      { _id: 1, v: new Double(0.1) },
      { _id: 2, v: Decimal128.fromString('0.1') },
    ],
    { v: Decimal128.fromString('0.1') },
    [2],
  ),
  finds(
    '0.5 as double and as decimal are equal',
    [
      { _id: 1, v: new Double(0.5) },
      { _id: 2, v: Decimal128.fromString('0.50') },
    ],
    { v: new Double(0.5) },
    [1, 2],
  ),
  finds(
    'minus zero equals zero',
    [
      { _id: 1, v: new Double(-0) },
      { _id: 2, v: 0 },
      { _id: 3, v: Decimal128.fromString('-0') },
    ],
    { v: 0 },
    [1, 2, 3],
  ),
  finds(
    'NaN equals NaN of either type',
    [
      { _id: 1, v: new Double(NaN) },
      { _id: 2, v: Decimal128.fromString('NaN') },
      { _id: 3, v: 1 },
    ],
    { v: new Double(NaN) },
    [1, 2],
  ),
  finds('NaN is not less than a number', NUMBERS, { v: { $lt: 0 } }, [3, 6]),
  finds('NaN matches $lte NaN only', NUMBERS, { v: { $lte: new Double(NaN) } }, [5]),
  finds('NaN matches $gte NaN only', NUMBERS, { v: { $gte: new Double(NaN) } }, [5]),
  finds('nothing is greater than NaN', NUMBERS, { v: { $gt: new Double(NaN) } }, []),
  finds(
    'infinities of double and decimal are equal',
    [
      { _id: 1, v: new Double(Infinity) },
      { _id: 2, v: Decimal128.fromString('Infinity') },
    ],
    { v: new Double(Infinity) },
    [1, 2],
  ),
  finds('$gt compares within the type of its operand', ONE_OF_EACH, { v: { $gt: 1 } }, [8, 11]),
  finds('$lt with a string leaves numbers alone', ONE_OF_EACH, { v: { $lt: 'z' } }, [10]),
  finds('$gte with a date leaves timestamps alone', ONE_OF_EACH, { v: { $gte: new Date(0) } }, [4]),
  finds(
    '$gt MinKey matches everything but MinKey, a missing field too',
    [...ONE_OF_EACH, { _id: 15 }],
    { v: { $gt: new MinKey() } },
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15],
  ),
  finds(
    '$lt MaxKey matches everything but MaxKey, a missing field too',
    [...ONE_OF_EACH, { _id: 15 }],
    { v: { $lt: new MaxKey() } },
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  ),
  finds('$lt MinKey matches nothing', ONE_OF_EACH, { v: { $lt: new MinKey() } }, []),
  finds('$gte MaxKey matches MaxKey only', ONE_OF_EACH, { v: { $gte: new MaxKey() } }, [1]),
  finds('MinKey equals MinKey only', ONE_OF_EACH, { v: new MinKey() }, [13]),
  sorts(
    'missing and null sort as equals, before numbers',
    [{ _id: 1, v: 0 }, { _id: 2 }, { _id: 3, v: null }],
    { v: 1, _id: 1 },
    [2, 3, 1],
  ),
  sorts(
    'false sorts before true',
    [
      { _id: 1, v: true },
      { _id: 2, v: false },
    ],
    { v: 1 },
    [2, 1],
  ),
  sorts(
    'dates sort by time, also before 1970',
    [
      { _id: 1, v: new Date(0) },
      { _id: 2, v: new Date(-1) },
      { _id: 3, v: new Date(1) },
    ],
    { v: 1 },
    [2, 1, 3],
  ),
  sorts(
    'timestamps sort by seconds and then by increment',
    [
      { _id: 1, v: new Timestamp({ t: 2, i: 1 }) },
      { _id: 2, v: new Timestamp({ t: 1, i: 2 }) },
      { _id: 3, v: new Timestamp({ t: 1, i: 1 }) },
      { _id: 4, v: new Timestamp({ t: 0xf0000000, i: 1 }) },
    ],
    { v: 1 },
    [3, 2, 1, 4],
  ),
  sorts(
    'object ids sort by their bytes',
    [
      { _id: 1, v: new ObjectId('ff0000000000000000000000') },
      { _id: 2, v: new ObjectId('000000000000000000000001') },
      { _id: 3, v: new ObjectId('000000000000000000000000') },
    ],
    { v: 1 },
    [3, 2, 1],
  ),
  sorts(
    'binary data sorts by length, then subtype, then bytes',
    [
      { _id: 1, v: new Binary(Buffer.from([0, 0]), 0) },
      { _id: 2, v: new Binary(Buffer.from([9]), 0) },
      { _id: 3, v: new Binary(Buffer.from([1]), 128) },
      { _id: 4, v: new Binary(Buffer.from([8]), 0) },
    ],
    { v: 1 },
    [4, 2, 3, 1],
  ),
  finds(
    'binary data of another subtype is not equal',
    [
      { _id: 1, v: new Binary(Buffer.from([1, 2]), 0) },
      { _id: 2, v: new Binary(Buffer.from([1, 2]), 128) },
    ],
    { v: new Binary(Buffer.from([1, 2]), 128) },
    [2],
  ),
  sorts(
    'regular expressions sort by pattern, then by options',
    [
      { _id: 1, v: new BSONRegExp('b', '') },
      { _id: 2, v: new BSONRegExp('a', 'i') },
      { _id: 3, v: new BSONRegExp('a', '') },
    ],
    { v: 1 },
    [3, 2, 1],
  ),
];
