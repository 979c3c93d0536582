import { Double, Long } from 'bson';
import type { Document } from 'mongodb';
import { aggregation, ANYTHING, collectionNamed, COLLECTION, type ConformanceCase } from '../conformance-case.ts';

const numbered = [1, 2, 3, 4, 5].map((n) => ({ _id: n, v: n % 3 }));

/** A pipeline over documents in `_id` order and what comes out. */
const gives = (
  name: string,
  documents: readonly Document[],
  pipeline: readonly Document[],
  batch: readonly Document[],
): ConformanceCase => aggregation(name, { documents, pipeline: [{ $sort: { _id: 1 } }, ...pipeline], batch });

const unwound = [
  { _id: 1, sizes: ['S', 'M'] },
  { _id: 2, sizes: [] },
  { _id: 3, sizes: 'L' },
  { _id: 4 },
  { _id: 5, sizes: null },
];
const art = [
  { _id: 1, year: 1926, price: 199 },
  { _id: 2, year: 1902, price: 280 },
  { _id: 3, year: 1925, price: 76 },
  { _id: 4, price: 167 },
  { _id: 5, year: 1893, price: 483 },
  { _id: 6, year: 1931, price: 385 },
];

export const cases: readonly ConformanceCase[] = [
  gives('$limit keeps the first documents', numbered, [{ $limit: 2 }, { $project: { _id: 1 } }], [{ _id: 1 }, { _id: 2 }]),
  gives('$limit takes a whole double', numbered, [{ $limit: new Double(1) }, { $project: { _id: 1 } }], [{ _id: 1 }]),
  gives('$skip passes over the first documents', numbered, [{ $skip: 3 }, { $project: { _id: 1 } }], [{ _id: 4 }, { _id: 5 }]),
  gives(
    '$skip and $limit make a page',
    numbered,
    [{ $skip: 1 }, { $limit: 2 }, { $project: { _id: 1 } }],
    [{ _id: 2 }, { _id: 3 }],
  ),
  gives(
    '$sort by two fields',
    numbered,
    [{ $sort: { v: -1, _id: -1 } }, { $project: { _id: 1 } }],
    [{ _id: 5 }, { _id: 2 }, { _id: 4 }, { _id: 1 }, { _id: 3 }],
  ),
  gives(
    '$sort, $skip and $limit',
    numbered,
    [{ $sort: { _id: -1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { _id: 1 } }],
    [{ _id: 4 }, { _id: 3 }],
  ),
  gives(
    '$sort keeps to the order of types',
    [{ _id: 1, v: 'a' }, { _id: 2, v: 1 }, { _id: 3 }, { _id: 4, v: true }, { _id: 5, v: { a: 1 } }],
    [{ $sort: { v: 1 } }, { $project: { _id: 1 } }],
    [{ _id: 3 }, { _id: 2 }, { _id: 1 }, { _id: 5 }, { _id: 4 }],
  ),
  gives(
    '$sort takes the least element of an array',
    [
      { _id: 1, v: [5, 9] },
      { _id: 2, v: [1, 10] },
      { _id: 3, v: 3 },
    ],
    [{ $sort: { v: 1 } }, { $project: { _id: 1 } }],
    [{ _id: 2 }, { _id: 3 }, { _id: 1 }],
  ),
  gives(
    '$sort downwards takes the greatest element',
    [
      { _id: 1, v: [5, 9] },
      { _id: 2, v: [1, 10] },
      { _id: 3, v: 3 },
    ],
    [{ $sort: { v: -1 } }, { $project: { _id: 1 } }],
    [{ _id: 2 }, { _id: 1 }, { _id: 3 }],
  ),
  gives('$count', numbered, [{ $match: { v: 1 } }, { $count: 'n' }], [{ n: 2 }]),
  gives('$count of nothing gives no document', numbered, [{ $match: { v: 9 } }, { $count: 'n' }], []),
  gives(
    '$sortByCount',
    numbered,
    [{ $match: { _id: { $lt: 5 } } }, { $sortByCount: '$v' }, { $limit: 1 }],
    [{ _id: 1, count: 2 }],
  ),
  gives(
    '$match later in the pipeline',
    numbered,
    [{ $set: { w: { $add: ['$v', 1] } } }, { $match: { w: 3 } }, { $project: { _id: 1 } }],
    [{ _id: 2 }, { _id: 5 }],
  ),
  gives(
    '$match with $expr',
    numbered,
    [{ $match: { $expr: { $eq: ['$_id', '$v'] } } }, { $project: { _id: 1 } }],
    [{ _id: 1 }, { _id: 2 }],
  ),
  gives(
    '$project keeps fields in the order of the document',
    [{ _id: 1, b: 1, a: 2, c: 3 }],
    [{ $project: { a: 1, b: 1 } }],
    [{ _id: 1, b: 1, a: 2 }],
  ),
  gives(
    '$project puts computed fields behind',
    [{ _id: 1, b: 1 }],
    [{ $project: { x: { $add: ['$b', 1] }, b: 1 } }],
    [{ _id: 1, b: 1, x: 2 }],
  ),
  gives('$project without _id', [{ _id: 1, a: 1 }], [{ $project: { _id: 0, a: 1 } }], [{ a: 1 }]),
  gives(
    '$project leaves fields out',
    [{ _id: 1, a: 1, b: { c: 1, d: 2 } }],
    [{ $project: { a: 0, 'b.c': 0 } }],
    [{ _id: 1, b: { d: 2 } }],
  ),
  gives(
    '$project of a path in an array',
    [{ _id: 1, a: [{ x: 1, y: 2 }, { x: 3 }, 5] }],
    [{ $project: { 'a.x': 1 } }],
    [{ _id: 1, a: [{ x: 1 }, { x: 3 }] }],
  ),
  gives('$project in nested form', [{ _id: 1, a: { x: 1, y: 2 } }], [{ $project: { a: { x: 1 } } }], [{ _id: 1, a: { x: 1 } }]),
  gives('$project renames', [{ _id: 1, a: 5 }], [{ $project: { _id: 0, b: '$a' } }], [{ b: 5 }]),
  gives('$project with $literal', [{ _id: 1 }], [{ $project: { one: { $literal: 1 } } }], [{ _id: 1, one: 1 }]),
  gives(
    '$project with $$REMOVE',
    [{ _id: 1, a: '' }],
    [{ $project: { a: { $cond: [{ $eq: ['$a', ''] }, '$$REMOVE', '$a'] } } }],
    [{ _id: 1 }],
  ),
  gives(
    '$addFields adds behind and replaces in place',
    [{ _id: 1, a: 1, b: 2 }],
    [{ $addFields: { c: 3, a: 9 } }],
    [{ _id: 1, a: 9, b: 2, c: 3 }],
  ),
  gives(
    '$set of a path',
    [{ _id: 1, a: { x: 1 } }],
    [{ $set: { 'a.y': 2, 'b.c': 3 } }],
    [{ _id: 1, a: { x: 1, y: 2 }, b: { c: 3 } }],
  ),
  gives('$set in nested form', [{ _id: 1, a: { x: 1 } }], [{ $set: { a: { y: 2 } } }], [{ _id: 1, a: { x: 1, y: 2 } }]),
  gives(
    '$set goes through arrays',
    [{ _id: 1, a: [{ x: 1 }, 5] }],
    [{ $set: { 'a.y': 2 } }],
    [{ _id: 1, a: [{ x: 1, y: 2 }, { y: 2 }] }],
  ),
  gives(
    '$set sees the document as it came',
    [{ _id: 1, a: 1, b: 2 }],
    [{ $set: { a: '$b', b: '$a' } }],
    [{ _id: 1, a: 2, b: 1 }],
  ),
  gives('$set of a missing field leaves the field out', [{ _id: 1, a: 1 }], [{ $set: { b: '$nope' } }], [{ _id: 1, a: 1 }]),
  gives('$unset of one field', [{ _id: 1, a: 1, b: 2 }], [{ $unset: 'a' }], [{ _id: 1, b: 2 }]),
  gives('$unset of paths', [{ _id: 1, a: { x: 1, y: 2 }, b: 2 }], [{ $unset: ['a.x', 'b'] }], [{ _id: 1, a: { y: 2 } }]),
  gives('$replaceRoot', [{ _id: 1, a: { x: 1 } }], [{ $replaceRoot: { newRoot: '$a' } }], [{ x: 1 }]),
  gives(
    '$replaceWith an expression',
    [{ _id: 1, a: { x: 1 } }],
    [{ $replaceWith: { $mergeObjects: [{ y: 0 }, '$a'] } }],
    [{ y: 0, x: 1 }],
  ),
  gives(
    '$unwind gives a document for each element',
    unwound,
    [{ $unwind: '$sizes' }],
    [
      { _id: 1, sizes: 'S' },
      { _id: 1, sizes: 'M' },
      { _id: 3, sizes: 'L' },
    ],
  ),
  gives(
    '$unwind keeps what has no element',
    unwound,
    [{ $unwind: { path: '$sizes', preserveNullAndEmptyArrays: true } }],
    [{ _id: 1, sizes: 'S' }, { _id: 1, sizes: 'M' }, { _id: 2 }, { _id: 3, sizes: 'L' }, { _id: 4 }, { _id: 5, sizes: null }],
  ),
  gives(
    '$unwind tells the position as a long',
    unwound,
    [{ $unwind: { path: '$sizes', includeArrayIndex: 'at' } }],
    [
      { _id: 1, sizes: 'S', at: Long.ZERO },
      { _id: 1, sizes: 'M', at: Long.ONE },
      { _id: 3, sizes: 'L', at: null },
    ],
  ),
  gives(
    '$unwind of a path',
    [{ _id: 1, a: { b: [1, 2] } }],
    [{ $unwind: '$a.b' }],
    [
      { _id: 1, a: { b: 1 } },
      { _id: 1, a: { b: 2 } },
    ],
  ),
  gives(
    '$bucket',
    art,
    [{ $match: { year: { $exists: true } } }, { $bucket: { groupBy: '$year', boundaries: [1890, 1910, 1920, 1940] } }],
    [
      { _id: 1890, count: 2 },
      { _id: 1920, count: 3 },
    ],
  ),
  gives(
    '$bucket with a default and an output',
    art,
    [
      {
        $bucket: {
          groupBy: '$price',
          boundaries: [0, 200, 400],
          default: 'Other',
          output: { count: { $sum: 1 }, ids: { $push: '$_id' } },
        },
      },
    ],
    [
      { _id: 0, count: 3, ids: [1, 3, 4] },
      { _id: 200, count: 2, ids: [2, 6] },
      { _id: 'Other', count: 1, ids: [5] },
    ],
  ),
  gives(
    '$bucketAuto',
    art,
    [{ $bucketAuto: { groupBy: '$price', buckets: 3 } }],
    [
      { _id: { min: 76, max: 199 }, count: 2 },
      { _id: { min: 199, max: 385 }, count: 2 },
      { _id: { min: 385, max: 483 }, count: 2 },
    ],
  ),
  gives(
    '$bucketAuto keeps equal values together',
    [1, 1, 1, 2].map((v, index) => ({ _id: index, v })),
    [{ $bucketAuto: { groupBy: '$v', buckets: 4 } }],
    [
      { _id: { min: 1, max: 2 }, count: 3 },
      { _id: { min: 2, max: 2 }, count: 1 },
    ],
  ),
  gives(
    '$bucketAuto with an output',
    art,
    [{ $bucketAuto: { groupBy: '$price', buckets: 1, output: { total: { $sum: '$price' } } } }],
    [{ _id: { min: 76, max: 483 }, total: 1590 }],
  ),
  gives(
    '$facet runs pipelines side by side',
    numbered,
    [{ $facet: { count: [{ $count: 'n' }], first: [{ $limit: 1 }, { $project: { _id: 1 } }] } }],
    [{ count: [{ n: 5 }], first: [{ _id: 1 }] }],
  ),
  gives('$facet of an empty pipeline gives the documents', [{ _id: 1 }], [{ $facet: { all: [] } }], [{ all: [{ _id: 1 }] }]),
  aggregation('$facet over nothing gives one document', {
    pipeline: [{ $facet: { all: [], n: [{ $count: 'n' }] } }],
    batch: [{ all: [], n: [] }],
  }),
  gives(
    '$redact prunes and descends',
    [{ _id: 1, level: 1, a: { level: 5, x: 1 }, b: [{ level: 1, y: 2 }, { level: 9 }] }],
    [{ $redact: { $cond: [{ $gt: ['$level', 3] }, '$$PRUNE', '$$DESCEND'] } }],
    [{ _id: 1, level: 1, b: [{ level: 1, y: 2 }] }],
  ),
  gives(
    '$redact keeps what is below',
    [{ _id: 1, keep: true, a: { keep: false } }],
    [{ $redact: { $cond: ['$keep', '$$KEEP', '$$PRUNE'] } }],
    [{ _id: 1, keep: true, a: { keep: false } }],
  ),
  gives('$sample takes as many as there are', numbered, [{ $sample: { size: 10 } }, { $count: 'n' }], [{ n: 5 }]),
  gives(
    '$sample takes no document twice',
    numbered,
    [
      { $sample: { size: 3 } },
      { $group: { _id: null, ids: { $addToSet: '$_id' } } },
      { $project: { _id: 0, n: { $size: '$ids' } } },
    ],
    [{ n: 3 }],
  ),
  aggregation('$unionWith appends a collection', {
    documents: [{ _id: 1 }],
    collections: { more: [{ _id: 2 }] },
    pipeline: [{ $unionWith: collectionNamed('more') }],
    batch: [{ _id: 1 }, { _id: 2 }],
  }),
  aggregation('$unionWith with a pipeline', {
    documents: [{ _id: 1 }],
    collections: {
      more: [
        { _id: 2, a: 1 },
        { _id: 3, a: 2 },
      ],
    },
    pipeline: [{ $unionWith: { coll: collectionNamed('more'), pipeline: [{ $match: { a: 2 } }, { $project: { _id: 1 } }] } }],
    batch: [{ _id: 1 }, { _id: 3 }],
  }),
  aggregation('$unionWith keeps duplicates', {
    documents: [{ _id: 1 }],
    pipeline: [{ $unionWith: COLLECTION }],
    batch: [{ _id: 1 }, { _id: 1 }],
  }),
  aggregation('$unionWith a collection that is not there', {
    documents: [{ _id: 1 }],
    pipeline: [{ $unionWith: collectionNamed('none') }],
    batch: [{ _id: 1 }],
  }),
  {
    name: '$documents needs no collection',
    steps: [
      {
        command: {
          aggregate: 1,
          pipeline: [{ $documents: [{ a: 1 }, { a: { $add: [1, 1] } }] }, { $match: { a: 2 } }],
          cursor: {},
        },
        batch: [{ a: 2 }],
      },
    ],
  },
  {
    name: 'results come in batches',
    documents: numbered,
    steps: [
      {
        command: { aggregate: COLLECTION, pipeline: [{ $sort: { _id: 1 } }, { $project: { _id: 1 } }], cursor: { batchSize: 2 } },
        batch: [{ _id: 1 }, { _id: 2 }],
      },
      {
        command: (previous) => ({ getMore: (previous['cursor'] as { id: Long }).id, collection: COLLECTION, batchSize: 10 }),
        batch: [{ _id: 3 }, { _id: 4 }, { _id: 5 }],
      },
    ],
  },
  {
    name: 'a batch size of 0 gives an open cursor',
    documents: numbered,
    steps: [
      {
        command: { aggregate: COLLECTION, pipeline: [], cursor: { batchSize: 0 } },
        batch: [],
        reply: { cursor: { firstBatch: [], id: ANYTHING, ns: ANYTHING } },
      },
    ],
  },
  aggregation('a pipeline over no collection gives nothing', { pipeline: [{ $match: { a: 1 } }], batch: [] }),
];
