import { Decimal128, Double } from 'bson';
import { expressions, type ConformanceCase } from '../conformance-case.ts';

export const cases: readonly ConformanceCase[] = expressions([
  ['$sum of an array field', { $sum: '$list' }, 6, { list: [1, 2, 3] }],
  ['$sum of arguments does not look into arrays', { $sum: ['$list', 4] }, 4, { list: [1, 2, 3] }],
  ['$sum of one array in a list looks into it', { $sum: ['$list'] }, 6, { list: [1, 2, 3] }],
  ['$sum passes over text', { $sum: [1, 'a', 2] }, 3],
  ['$sum of a missing field is 0', { $sum: '$missing' }, 0],
  ['$avg of an array', { $avg: '$list' }, new Double(2), { list: [1, 2, 3] }],
  ['$avg of decimals', { $avg: [Decimal128.fromString('1'), 2] }, Decimal128.fromString('1.5')],
  ['$avg of no numbers is null', { $avg: ['a'] }, null],
  ['$min of arguments', { $min: [3, 1, 2] }, 1],
  ['$max of an array', { $max: '$list' }, 'b', { list: [1, 'b', 2] }],
  ['$max passes over null', { $max: [null, 1] }, 1],
  ['$max of nothing is null', { $max: [] }, null],
  ['$stdDevPop of an array', { $stdDevPop: '$list' }, new Double(2), { list: [2, 4, 4, 4, 5, 5, 7, 9] }],
  ['$stdDevSamp of one number is null', { $stdDevSamp: [1] }, null],
  ['$median of an array', { $median: { input: '$list', method: 'approximate' } }, new Double(2), { list: [3, 1, 2] }],
  ['$median of one number', { $median: { input: 5, method: 'approximate' } }, new Double(5)],
  [
    '$percentile of an array',
    { $percentile: { input: '$list', p: [0.5, 1], method: 'approximate' } },
    [new Double(2), new Double(3)],
    { list: [3, 1, 2] },
  ],
  ['$percentile of no numbers', { $percentile: { input: 'a', p: [0.5], method: 'approximate' } }, [null]],
]);
