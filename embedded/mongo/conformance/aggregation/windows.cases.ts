import { Double } from 'bson';
import type { Document } from 'mongodb';
import { aggregation, type ConformanceCase } from '../conformance-case.ts';

const sales: readonly Document[] = [
  { _id: 1, team: 'a', day: 1, n: 10 },
  { _id: 2, team: 'a', day: 2, n: 20 },
  { _id: 3, team: 'a', day: 4, n: 30 },
  { _id: 4, team: 'b', day: 1, n: 5 },
  { _id: 5, team: 'b', day: 1, n: 7 },
];

/** One window function over the sales by team and day; what it gives for `_id` 1 to 5. */
const window = (
  name: string,
  output: Document,
  values: readonly unknown[],
  sortBy: Document = { day: 1, _id: 1 },
): ConformanceCase =>
  aggregation(name, {
    documents: sales,
    pipeline: [
      { $setWindowFields: { partitionBy: '$team', sortBy, output: { x: output } } },
      { $sort: { _id: 1 } },
      { $project: { _id: 0, x: 1 } },
    ],
    batch: values.map((x) => ({ x })),
  });

const refused = (name: string, stage: Document, error: number): ConformanceCase =>
  aggregation(name, { documents: sales, pipeline: [stage], error });

const gaps = (name: string, documents: readonly Document[], stage: Document, expected: readonly Document[]): ConformanceCase =>
  aggregation(name, { documents, pipeline: [stage, { $unset: '_id' }], unordered: expected });

const known = [
  { _id: 1, t: 1, v: 10 },
  { _id: 2, t: 2, v: null },
  { _id: 3, t: 4 },
  { _id: 4, t: 5, v: 50 },
  { _id: 5, t: 6, v: null },
];
const filled = (
  name: string,
  output: Document,
  values: readonly unknown[],
  more: Document = { sortBy: { t: 1 } },
): ConformanceCase =>
  aggregation(name, {
    documents: known,
    pipeline: [{ $fill: { ...more, output: { v: output } } }, { $sort: { _id: 1 } }, { $project: { _id: 0, v: 1 } }],
    batch: values.map((v) => ({ v })),
  });

export const cases: readonly ConformanceCase[] = [
  window('a window without bounds is the partition', { $sum: '$n' }, [60, 60, 60, 12, 12]),
  window('a running total', { $sum: '$n', window: { documents: ['unbounded', 'current'] } }, [10, 30, 60, 5, 12]),
  window('a window of the document before and this one', { $avg: '$n', window: { documents: [-1, 0] } }, [
    new Double(10),
    new Double(15),
    new Double(25),
    new Double(5),
    new Double(6),
  ]),
  window('a window ahead', { $push: '$_id', window: { documents: [1, 2] } }, [[2, 3], [3], [], [5], []]),
  window('a growing list', { $push: '$_id', window: { documents: ['unbounded', 'current'] } }, [
    [1],
    [1, 2],
    [1, 2, 3],
    [4],
    [4, 5],
  ]),
  window('a window of values', { $sum: '$n', window: { range: [-1, 0] } }, [10, 30, 30, 12, 12], { day: 1 }),
  window('$count over a window of values', { $count: {}, window: { range: ['unbounded', 'current'] } }, [1, 2, 3, 2, 2], {
    day: 1,
  }),
  window('$rank leaves gaps', { $rank: {} }, [3, 2, 1, 1, 1], { day: -1 }),
  window('$denseRank', { $denseRank: {} }, [1, 2, 3, 1, 1], { day: 1 }),
  window('$documentNumber', { $documentNumber: {} }, [1, 2, 3, 1, 2]),
  window('$shift back', { $shift: { output: '$n', by: -1 } }, [null, 10, 20, null, 5]),
  window('$shift ahead with a default', { $shift: { output: '$n', by: 1, default: 'none' } }, [20, 30, 'none', 7, 'none']),
  window('$first of a window', { $first: '$n', window: { documents: [-1, 'current'] } }, [10, 10, 20, 5, 5]),
  window('$max of a window', { $max: '$n', window: { documents: ['current', 'unbounded'] } }, [30, 30, 30, 7, 7]),
  window('$top of the partition', { $top: { sortBy: { n: -1 }, output: '$_id' } }, [3, 3, 3, 5, 5]),
  window(
    '$derivative is the slope over the window',
    { $derivative: { input: '$n' }, window: { documents: [-1, 0] } },
    [null, new Double(10), new Double(5), null, null],
    { day: 1 },
  ),
  window(
    '$integral is the area below the values',
    { $integral: { input: '$n' }, window: { documents: ['unbounded', 'current'] } },
    [new Double(0), new Double(15), new Double(65), new Double(0), new Double(0)],
    { day: 1 },
  ),
  window('$covariancePop', { $covariancePop: ['$day', { $multiply: ['$n', 3] }], window: { documents: [-1, 0] } }, [
    new Double(0),
    new Double(7.5),
    new Double(15),
    new Double(0),
    new Double(0),
  ]),
  window('$covarianceSamp of one document is null', { $covarianceSamp: ['$day', '$n'], window: { documents: [0, 0] } }, [
    null,
    null,
    null,
    null,
    null,
  ]),
  window('$expMovingAvg with alpha', { $expMovingAvg: { input: '$n', alpha: 0.5 } }, [
    new Double(10),
    new Double(15),
    22.5,
    new Double(5),
    new Double(6),
  ]),
  window('$expMovingAvg with N', { $expMovingAvg: { input: '$n', N: 3 } }, [
    new Double(10),
    new Double(15),
    22.5,
    new Double(5),
    new Double(6),
  ]),
  aggregation('a window of time', {
    documents: [1, 2, 5].map((day) => ({ _id: day, at: new Date(Date.UTC(2024, 0, day)) })),
    pipeline: [
      { $setWindowFields: { sortBy: { at: 1 }, output: { n: { $count: {}, window: { range: [-1, 'current'], unit: 'day' } } } } },
      { $project: { n: 1 } },
    ],
    batch: [
      { _id: 1, n: 1 },
      { _id: 2, n: 2 },
      { _id: 5, n: 1 },
    ],
  }),
  refused('$rank needs a sortBy', { $setWindowFields: { output: { x: { $rank: {} } } } }, 5371602),
  refused(
    '$rank refuses a window',
    { $setWindowFields: { sortBy: { n: 1 }, output: { x: { $rank: {}, window: { documents: [0, 1] } } } } },
    5371601,
  ),
  refused(
    'bounds of documents need a sortBy',
    { $setWindowFields: { output: { x: { $sum: 1, window: { documents: [0, 1] } } } } },
    5339901,
  ),
  refused(
    'a lower bound above the upper',
    { $setWindowFields: { sortBy: { n: 1 }, output: { x: { $sum: 1, window: { documents: [1, 0] } } } } },
    5339900,
  ),
  refused(
    'bounds of values need one field',
    { $setWindowFields: { sortBy: { n: 1, day: 1 }, output: { x: { $sum: 1, window: { range: [0, 1] } } } } },
    5339902,
  ),
  refused('an unknown window function', { $setWindowFields: { output: { x: { $nope: 1 } } } }, 9),
  refused('$setWindowFields needs an output', { $setWindowFields: {} }, 40414),
  refused('$setWindowFields refuses unknown arguments', { $setWindowFields: { output: {}, nope: 1 } }, 40415),
  filled('$fill with a value', { value: 0 }, [10, 0, 0, 50, 0], {}),
  filled('$fill with the last value', { method: 'locf' }, [10, 10, 10, 50, 50]),
  filled('$fill by a line', { method: 'linear' }, [10, new Double(20), new Double(40), 50, null]),
  refused('$fill needs an output', { $fill: {} }, 40414),
  refused(
    '$fill refuses two partitions',
    { $fill: { partitionBy: '$a', partitionByFields: ['a'], sortBy: { t: 1 }, output: { v: { method: 'locf' } } } },
    6050204,
  ),
  refused('$fill by a line needs a sortBy', { $fill: { output: { v: { method: 'linear' } } } }, 605001),
  gaps(
    '$densify fills the whole range',
    [
      { _id: 1, v: 1 },
      { _id: 2, v: 4 },
    ],
    { $densify: { field: 'v', range: { step: 1, bounds: 'full' } } },
    [{ v: 1 }, { v: 2 }, { v: 3 }, { v: 4 }],
  ),
  gaps('$densify within bounds', [{ _id: 1, v: 2 }], { $densify: { field: 'v', range: { step: 1, bounds: [0, 4] } } }, [
    { v: 0 },
    { v: 1 },
    { v: 2 },
    { v: 3 },
  ]),
  gaps(
    '$densify by partition',
    [
      { _id: 1, p: 'a', v: 1 },
      { _id: 2, p: 'a', v: 3 },
      { _id: 3, p: 'b', v: 7 },
    ],
    { $densify: { field: 'v', partitionByFields: ['p'], range: { step: 1, bounds: 'partition' } } },
    [
      { p: 'a', v: 1 },
      { p: 'a', v: 2 },
      { p: 'a', v: 3 },
      { p: 'b', v: 7 },
    ],
  ),
  gaps(
    '$densify of dates',
    [
      { _id: 1, at: new Date('2024-01-01T00:00:00Z') },
      { _id: 2, at: new Date('2024-01-03T00:00:00Z') },
    ],
    { $densify: { field: 'at', range: { step: 1, unit: 'day', bounds: 'full' } } },
    [
      { at: new Date('2024-01-01T00:00:00Z') },
      { at: new Date('2024-01-02T00:00:00Z') },
      { at: new Date('2024-01-03T00:00:00Z') },
    ],
  ),
  gaps(
    '$densify passes documents without a value',
    [{ _id: 1, x: 1 }],
    { $densify: { field: 'v', range: { step: 1, bounds: 'full' } } },
    [{ x: 1 }],
  ),
  refused('$densify refuses a step of 0', { $densify: { field: 'n', range: { step: 0, bounds: 'full' } } }, 5733401),
  refused('$densify needs a range', { $densify: { field: 'n' } }, 40414),
  refused(
    '$densify refuses partition bounds without partitions',
    { $densify: { field: 'n', range: { step: 1, bounds: 'partition' } } },
    5733408,
  ),
];
