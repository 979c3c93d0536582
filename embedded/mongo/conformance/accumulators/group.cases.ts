import { Decimal128, Double, Long } from 'bson';
import type { Document } from 'mongodb';
import { aggregation, type ConformanceCase } from '../conformance-case.ts';

const decimal = (text: string): Decimal128 => Decimal128.fromString(text);
const sales: readonly Document[] = [
  { _id: 1, item: 'abc', price: 10, quantity: 2, at: new Date('2024-01-01T08:00:00Z') },
  { _id: 2, item: 'jkl', price: 20, quantity: 1, at: new Date('2024-02-03T09:00:00Z') },
  { _id: 3, item: 'xyz', price: 5, quantity: 5, at: new Date('2024-02-03T09:05:00Z') },
  { _id: 4, item: 'abc', price: 10, quantity: 10, at: new Date('2024-02-15T08:00:00Z') },
  { _id: 5, item: 'xyz', price: 5, quantity: 10, at: new Date('2024-02-15T09:05:00Z') },
];
const values = (...list: readonly unknown[]): readonly Document[] => list.map((v, index) => ({ _id: index + 1, v }));

/** One accumulator over all documents, in `_id` order. */
const over = (name: string, documents: readonly Document[], accumulator: Document, expected: unknown): ConformanceCase =>
  aggregation(name, {
    documents,
    pipeline: [{ $sort: { _id: 1 } }, { $group: { _id: null, result: accumulator } }],
    batch: [{ _id: null, result: expected }],
  });

const refused = (name: string, operand: unknown, error: number): ConformanceCase =>
  aggregation(name, { documents: sales, pipeline: [{ $group: operand }], error });

export const cases: readonly ConformanceCase[] = [
  over('$sum of ints is an int', values(1, 2, 3), { $sum: '$v' }, 6),
  over('$sum passes over what is no number', values(1, 'a', null, 2), { $sum: '$v' }, 3),
  over('$sum of nothing is 0', values('a'), { $sum: '$v' }, 0),
  over('$sum of 1 counts', values('a', 'b'), { $sum: 1 }, 2),
  over('$sum beyond 32 bits is a long', values(2147483647, 1), { $sum: '$v' }, Long.fromString('2147483648')),
  over('$sum with a long is a long', values(1, Long.ONE), { $sum: '$v' }, Long.fromNumber(2)),
  over(
    '$sum of longs stays exact',
    values(Long.fromString('9007199254740993'), Long.ONE),
    { $sum: '$v' },
    Long.fromString('9007199254740994'),
  ),
  over('$sum with a double is a double', values(1, 2.5), { $sum: '$v' }, 3.5),
  over(
    '$sum of many small doubles does not drift',
    values(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1),
    { $sum: '$v' },
    new Double(1),
  ),
  over('$sum with a decimal is a decimal', values(1, decimal('2.50')), { $sum: '$v' }, decimal('3.50')),
  over('$sum of expressions', sales, { $sum: { $multiply: ['$price', '$quantity'] } }, 215),
  over('$sum with infinity is infinite', values(1, Infinity), { $sum: '$v' }, new Double(Infinity)),
  over('$avg of ints is a double', values(1, 2), { $avg: '$v' }, 1.5),
  over('$avg of nothing is null', values('a'), { $avg: '$v' }, null),
  over('$avg with a decimal is a decimal', values(decimal('1'), decimal('2')), { $avg: '$v' }, decimal('1.5')),
  over('$min across types', values('a', 5, true), { $min: '$v' }, 5),
  over('$min passes over null', values(null, 5), { $min: '$v' }, 5),
  over('$max across types', values('a', 5, true), { $max: '$v' }, true),
  over('$max of nothing is null', values(null), { $max: '$v' }, null),
  over('$max compares an array as a whole', values([9], 5), { $max: '$v' }, [9]),
  over('$first follows the order of the documents', sales, { $first: '$item' }, 'abc'),
  over('$first of a missing field is null', sales, { $first: '$nope' }, null),
  over('$last', sales, { $last: '$quantity' }, 10),
  over('$push keeps the order', values(3, 1, 2), { $push: '$v' }, [3, 1, 2]),
  over('$push leaves out missing fields and keeps null', [{ _id: 1, v: 1 }, { _id: 2 }, { _id: 3, v: null }], { $push: '$v' }, [
    1,
    null,
  ]),
  over('$push of documents', values(1), { $push: { v: '$v', w: '$nope' } }, [{ v: 1 }]),
  over('$count', values(1, 2, 3), { $count: {} }, 3),
  over(
    '$mergeObjects lays later documents over earlier ones',
    values({ a: 1, b: 1 }, null, { b: 2 }),
    { $mergeObjects: '$v' },
    { a: 1, b: 2 },
  ),
  over('$stdDevPop', values(1, 2, 3, 4), { $stdDevPop: '$v' }, 1.118033988749895),
  over('$stdDevSamp', values(1, 3), { $stdDevSamp: '$v' }, Math.SQRT2),
  over('$stdDevSamp of one number is null', values(1), { $stdDevSamp: '$v' }, null),
  over('$stdDevPop of one number is 0', values(1), { $stdDevPop: '$v' }, new Double(0)),
  over('$firstN', sales, { $firstN: { n: 2, input: '$item' } }, ['abc', 'jkl']),
  over('$firstN counts missing values as null', [{ _id: 1 }, { _id: 2, v: 2 }], { $firstN: { n: 5, input: '$v' } }, [null, 2]),
  over('$lastN', sales, { $lastN: { n: 2, input: '$quantity' } }, [10, 10]),
  over('$maxN gives the greatest first', values(3, 9, 5, 7), { $maxN: { n: 2, input: '$v' } }, [9, 7]),
  over('$minN leaves out null', values(3, null, 1), { $minN: { n: 5, input: '$v' } }, [1, 3]),
  over('$top', sales, { $top: { sortBy: { price: -1 }, output: '$item' } }, 'jkl'),
  over('$top of equal documents takes the first', sales, { $top: { sortBy: { price: 1 }, output: '$_id' } }, 3),
  over('$topN', sales, { $topN: { n: 2, sortBy: { quantity: -1, _id: 1 }, output: ['$_id', '$quantity'] } }, [
    [4, 10],
    [5, 10],
  ]),
  over('$bottom', sales, { $bottom: { sortBy: { price: 1 }, output: '$item' } }, 'jkl'),
  over(
    '$bottomN keeps the order of sortBy',
    sales,
    { $bottomN: { n: 2, sortBy: { quantity: 1, _id: 1 }, output: '$_id' } },
    [4, 5],
  ),
  over('$top of a missing field is null', sales, { $top: { sortBy: { price: 1 }, output: '$nope' } }, null),
  over('$percentile', values(1, 2, 3, 4, 5), { $percentile: { input: '$v', p: [0, 0.5, 0.95], method: 'approximate' } }, [
    new Double(1),
    new Double(3),
    new Double(5),
  ]),
  over('$percentile of nothing is null', values('a'), { $percentile: { input: '$v', p: [0.5], method: 'approximate' } }, [null]),
  over('$median', values(10, 1, 5), { $median: { input: '$v', method: 'approximate' } }, new Double(5)),
  aggregation('$addToSet gives each value once', {
    documents: values(2, 1, new Double(2), 1),
    pipeline: [
      { $group: { _id: null, result: { $addToSet: '$v' } } },
      { $project: { _id: 0, result: { $sortArray: { input: '$result', sortBy: 1 } } } },
    ],
    batch: [{ result: [1, 2] }],
  }),
  aggregation('$group by a field', {
    documents: sales,
    pipeline: [{ $group: { _id: '$item', total: { $sum: '$quantity' } } }],
    unordered: [
      { _id: 'abc', total: 12 },
      { _id: 'jkl', total: 1 },
      { _id: 'xyz', total: 15 },
    ],
  }),
  aggregation('$group by several fields', {
    documents: sales,
    pipeline: [
      { $group: { _id: { item: '$item', month: { $month: '$at' } }, count: { $sum: 1 } } },
      { $sort: { '_id.item': 1, '_id.month': 1 } },
    ],
    batch: [
      { _id: { item: 'abc', month: 1 }, count: 1 },
      { _id: { item: 'abc', month: 2 }, count: 1 },
      { _id: { item: 'jkl', month: 2 }, count: 1 },
      { _id: { item: 'xyz', month: 2 }, count: 2 },
    ],
  }),
  aggregation('$group puts missing and null into one group', {
    documents: [{ _id: 1 }, { _id: 2, v: null }, { _id: 3, v: 1 }],
    pipeline: [{ $group: { _id: '$v', count: { $sum: 1 } } }],
    unordered: [
      { _id: null, count: 2 },
      { _id: 1, count: 1 },
    ],
  }),
  aggregation('$group holds numbers of different types equal', {
    documents: values(1, new Double(1), Long.ONE, decimal('1.0'), 2),
    pipeline: [{ $sort: { _id: 1 } }, { $group: { _id: '$v', count: { $sum: 1 } } }],
    unordered: [
      { _id: 1, count: 4 },
      { _id: 2, count: 1 },
    ],
  }),
  aggregation('$group tells large longs apart that are one double', {
    documents: values(Long.fromString('9007199254740993'), Long.fromString('9007199254740992'), new Double(9007199254740992)),
    pipeline: [{ $sort: { _id: 1 } }, { $group: { _id: '$v', count: { $sum: 1 } } }],
    unordered: [
      { _id: Long.fromString('9007199254740993'), count: 1 },
      { _id: Long.fromString('9007199254740992'), count: 2 },
    ],
  }),
  aggregation('$group takes an array as one key', {
    documents: values([1, 2], [1, 2], [2, 1]),
    pipeline: [{ $group: { _id: '$v', count: { $sum: 1 } } }],
    unordered: [
      { _id: [1, 2], count: 2 },
      { _id: [2, 1], count: 1 },
    ],
  }),
  aggregation('$group minds the order of fields in its key', {
    documents: values({ a: 1, b: 2 }, { b: 2, a: 1 }),
    pipeline: [{ $group: { _id: '$v' } }],
    unordered: [{ _id: { a: 1, b: 2 } }, { _id: { b: 2, a: 1 } }],
  }),
  aggregation('$group under a collation', {
    documents: values('a', 'A', 'b'),
    pipeline: [{ $sort: { _id: 1 } }, { $group: { _id: '$v', count: { $sum: 1 } } }],
    options: { collation: { locale: 'en', strength: 2 } },
    unordered: [
      { _id: 'a', count: 2 },
      { _id: 'b', count: 1 },
    ],
  }),
  aggregation('$group of no documents gives none', { pipeline: [{ $group: { _id: null, count: { $sum: 1 } } }], batch: [] }),
  aggregation('$group takes n from its key', {
    documents: values(1, 2, 3),
    pipeline: [
      { $group: { _id: { n: { $literal: 2 } }, first: { $firstN: { n: '$n', input: '$v' } } } },
      { $project: { _id: 0, size: { $size: '$first' } } },
    ],
    batch: [{ size: 2 }],
  }),
  aggregation('$group behind an indexed $match', {
    documents: sales,
    indexes: [{ key: { item: 1 } }],
    pipeline: [{ $match: { item: 'xyz' } }, { $group: { _id: '$item', total: { $sum: '$quantity' } } }],
    batch: [{ _id: 'xyz', total: 15 }],
  }),
  refused('$group needs an _id', { count: { $sum: 1 } }, 15955),
  refused('$group refuses what is no document', 5, 15947),
  refused('$group refuses a field without accumulator', { _id: 1, a: 5 }, 40234),
  refused('$group refuses a path as field', { _id: 1, 'a.b': { $sum: 1 } }, 40235),
  refused('$group refuses a field with a dollar', { _id: 1, $a: { $sum: 1 } }, 40236),
  refused('$group refuses two accumulators', { _id: 1, a: { $sum: 1, $avg: 1 } }, 40238),
  refused('$group refuses two arguments', { _id: 1, a: { $sum: [1, 2] } }, 40237),
  refused('$group refuses an unknown accumulator', { _id: 1, a: { $nope: 1 } }, 15952),
  refused('$count refuses arguments', { _id: 1, a: { $count: 5 } }, 14),
  refused('$mergeObjects refuses a number', { _id: 1, a: { $mergeObjects: '$price' } }, 40400),
  refused('$topN needs an n', { _id: 1, a: { $topN: { sortBy: { a: 1 }, output: 1 } } }, 5788003),
  refused('$top needs an output', { _id: 1, a: { $top: { sortBy: { a: 1 } } } }, 5788004),
  refused('$top needs a sortBy', { _id: 1, a: { $top: { output: 1 } } }, 5788005),
  refused('$top refuses unknown arguments', { _id: 1, a: { $top: { output: 1, sortBy: { a: 1 }, nope: 1 } } }, 5788002),
  refused('$top refuses what is no document', { _id: 1, a: { $top: 1 } }, 5788001),
  refused('$firstN refuses an n of 0', { _id: 1, a: { $firstN: { n: 0, input: 1 } } }, 5787908),
  refused('$firstN refuses text as n', { _id: 1, a: { $firstN: { n: 'a', input: 1 } } }, 5787902),
  refused('$maxN needs an input', { _id: 1, a: { $maxN: { n: 1 } } }, 5787907),
  refused('$median refuses an unknown method', { _id: 1, a: { $median: { input: '$price', method: 'exact' } } }, 2),
  refused(
    '$percentile refuses unknown arguments',
    { _id: 1, a: { $percentile: { input: 1, p: [0.5], method: 'approximate', nope: 1 } } },
    40415,
  ),
  refused('$percentile needs p', { _id: 1, a: { $percentile: { input: 1, method: 'approximate' } } }, 40414),
];
