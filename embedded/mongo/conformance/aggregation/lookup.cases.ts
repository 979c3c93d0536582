import { Long } from 'bson';
import type { Document } from 'mongodb';
import { aggregation, collectionNamed, type ConformanceCase } from '../conformance-case.ts';

const orders = [
  { _id: 1, item: 'almonds', price: 12, quantity: 2 },
  { _id: 2, item: 'pecans', price: 20, quantity: 1 },
  { _id: 3 },
];
const stock = [
  { _id: 1, sku: 'almonds', instock: 120 },
  { _id: 2, sku: 'bread', instock: 80 },
  { _id: 3, sku: 'cashews', instock: 60 },
  { _id: 4, sku: 'pecans', instock: 70 },
  { _id: 5, sku: null },
  { _id: 6 },
];
const from = collectionNamed('stock');

/** A lookup with fields, of which only the `_id` of what it finds is shown. */
const joined = (
  name: string,
  { local, foreign }: { readonly local: readonly Document[]; readonly foreign: readonly Document[] },
  expected: readonly (readonly number[])[],
): ConformanceCase => {
  const pipeline = [
    { $sort: { _id: 1 } },
    { $lookup: { from, localField: 'a', foreignField: 'b', as: 'found' } },
    { $project: { _id: 0, ids: { $sortArray: { input: '$found._id', sortBy: 1 } } } },
  ];
  const batch = expected.map((ids) => ({ ids }));
  return aggregation(name, { documents: local, collections: { stock: foreign }, pipeline, batch });
};

const withPipeline = (
  name: string,
  lookup: Document,
  found: unknown,
  documents: readonly Document[] = [orders[0] ?? {}],
): ConformanceCase =>
  aggregation(name, {
    documents,
    collections: { stock },
    pipeline: [{ $lookup: { from, as: 'found', ...lookup } }, { $project: { _id: 0, found: 1 } }],
    batch: [{ found }],
  });

const refused = (name: string, lookup: unknown, error: number): ConformanceCase =>
  aggregation(name, { documents: orders, pipeline: [{ $lookup: lookup }], error });

const employees = [
  { _id: 1, name: 'Dev' },
  { _id: 2, name: 'Eliot', reportsTo: 'Dev' },
  { _id: 3, name: 'Ron', reportsTo: 'Eliot' },
  { _id: 4, name: 'Andrew', reportsTo: 'Eliot' },
  { _id: 5, name: 'Asya', reportsTo: 'Ron' },
];
const graph = (name: string, more: Document, expected: unknown): ConformanceCase =>
  aggregation(name, {
    documents: [{ _id: 9, boss: 'Asya' }],
    collections: { staff: employees },
    pipeline: [
      {
        $graphLookup: {
          from: collectionNamed('staff'),
          startWith: '$boss',
          connectFromField: 'reportsTo',
          connectToField: 'name',
          as: 'chain',
          ...more,
        },
      },
      { $project: { _id: 0, chain: { $sortArray: { input: '$chain', sortBy: { _id: 1 } } } } },
      { $unset: 'chain.reportsTo' },
    ],
    batch: [{ chain: expected }],
  });

export const cases: readonly ConformanceCase[] = [
  aggregation('$lookup joins by equal fields; missing joins null and missing', {
    documents: orders,
    collections: { stock },
    pipeline: [{ $sort: { _id: 1 } }, { $lookup: { from, localField: 'item', foreignField: 'sku', as: 'docs' } }],
    batch: [
      { ...orders[0], docs: [stock[0]] },
      { ...orders[1], docs: [stock[3]] },
      { ...orders[2], docs: [stock[4], stock[5]] },
    ],
  }),
  aggregation('$lookup in a collection that is not there finds nothing', {
    documents: [{ _id: 1 }],
    pipeline: [{ $lookup: { from: collectionNamed('none'), localField: 'a', foreignField: 'b', as: 'x' } }],
    batch: [{ _id: 1, x: [] }],
  }),
  joined(
    '$lookup joins each element of a local array',
    {
      local: [{ _id: 1, a: [1, 3] }],
      foreign: [
        { _id: 1, b: 1 },
        { _id: 2, b: 2 },
        { _id: 3, b: 3 },
      ],
    },
    [[1, 3]],
  ),
  joined(
    '$lookup joins an element of a foreign array',
    {
      local: [{ _id: 1, a: 1 }],
      foreign: [
        { _id: 1, b: [1, 2] },
        { _id: 2, b: [[1]] },
      ],
    },
    [[1]],
  ),
  joined(
    '$lookup of null joins null and missing, not an empty array',
    {
      local: [{ _id: 1, a: null }],
      foreign: [{ _id: 1, b: null }, { _id: 2 }, { _id: 3, b: [] }, { _id: 4, b: 0 }, { _id: 5, b: [null] }],
    },
    [[1, 2, 5]],
  ),
  joined(
    '$lookup of an empty array joins null and missing',
    { local: [{ _id: 1, a: [] }], foreign: [{ _id: 1, b: null }, { _id: 2 }, { _id: 3, b: 1 }] },
    [[1, 2]],
  ),
  joined(
    '$lookup holds numbers of different types equal',
    {
      local: [{ _id: 1, a: Long.fromNumber(5) }],
      foreign: [
        { _id: 1, b: 5 },
        { _id: 2, b: '5' },
      ],
    },
    [[1]],
  ),
  joined(
    '$lookup compares documents as wholes',
    {
      local: [{ _id: 1, a: { x: 1, y: 2 } }],
      foreign: [
        { _id: 1, b: { x: 1, y: 2 } },
        { _id: 2, b: { y: 2, x: 1 } },
      ],
    },
    [[1]],
  ),
  aggregation('$lookup through paths in arrays', {
    documents: [{ _id: 1, a: [{ x: 1 }, { x: 2 }] }],
    collections: {
      stock: [
        { _id: 1, b: { y: [2, 5] } },
        { _id: 2, b: [{ y: 1 }] },
        { _id: 3, b: { y: 9 } },
      ],
    },
    pipeline: [
      { $lookup: { from, localField: 'a.x', foreignField: 'b.y', as: 'found' } },
      { $project: { _id: 0, ids: '$found._id' } },
    ],
    batch: [{ ids: [1, 2] }],
  }),
  aggregation('$lookup in its own collection', {
    documents: [{ _id: 1, parent: 2 }, { _id: 2 }],
    pipeline: [{ $match: { _id: 1 } }, { $lookup: { from: '@collection', localField: 'parent', foreignField: '_id', as: 'p' } }],
    batch: [{ _id: 1, parent: 2, p: [{ _id: 2 }] }],
  }),
  aggregation('$lookup puts its result at a path', {
    documents: [{ _id: 1, a: { x: 1 } }],
    pipeline: [
      { $lookup: { from: '@collection', localField: '_id', foreignField: '_id', as: 'a.found' } },
      { $project: { _id: 0, x: '$a.x', n: { $size: '$a.found' } } },
    ],
    batch: [{ x: 1, n: 1 }],
  }),
  aggregation('$lookup and $unwind give a document for each match', {
    documents: [{ _id: 1, k: 'a' }],
    collections: {
      stock: [
        { _id: 10, k: 'a' },
        { _id: 11, k: 'a' },
      ],
    },
    pipeline: [
      { $lookup: { from, localField: 'k', foreignField: 'k', as: 's' } },
      { $unwind: '$s' },
      { $sort: { 's._id': 1 } },
      { $project: { _id: 0, id: '$s._id' } },
    ],
    batch: [{ id: 10 }, { id: 11 }],
  }),
  withPipeline(
    '$lookup with a pipeline and let',
    {
      let: { wanted: '$quantity' },
      pipeline: [{ $match: { $expr: { $gt: ['$instock', { $multiply: ['$$wanted', 40] }] } } }, { $project: { _id: 1 } }],
    },
    [{ _id: 1 }],
  ),
  withPipeline(
    '$lookup with a pipeline without variables',
    { pipeline: [{ $match: { instock: { $lt: 80 } } }, { $sort: { _id: 1 } }, { $project: { _id: 1 } }] },
    [{ _id: 3 }, { _id: 4 }],
  ),
  withPipeline(
    '$lookup with fields and a pipeline',
    {
      localField: 'item',
      foreignField: 'sku',
      let: { p: '$price' },
      pipeline: [{ $project: { _id: 0, value: { $multiply: ['$instock', '$$p'] } } }],
    },
    [{ value: 1440 }],
  ),
  withPipeline('$lookup whose pipeline groups', { pipeline: [{ $group: { _id: null, total: { $sum: '$instock' } } }] }, [
    { _id: null, total: 330 },
  ]),
  withPipeline(
    '$lookup within $lookup sees the outer variables',
    {
      let: { item: '$item' },
      pipeline: [
        { $match: { _id: 1 } },
        {
          $lookup: {
            from,
            let: { inner: '$sku' },
            pipeline: [
              { $match: { $expr: { $and: [{ $eq: ['$sku', '$$item'] }, { $eq: ['$sku', '$$inner'] }] } } },
              { $project: { _id: 1 } },
            ],
            as: 'deep',
          },
        },
        { $project: { _id: 0, deep: 1 } },
      ],
    },
    [{ deep: [{ _id: 1 }] }],
  ),
  aggregation('$lookup of $documents', {
    documents: [{ _id: 1 }],
    pipeline: [{ $lookup: { pipeline: [{ $documents: [{ x: 1 }, { x: 2 }] }, { $match: { x: 2 } }], as: 'found' } }],
    batch: [{ _id: 1, found: [{ x: 2 }] }],
  }),
  aggregation('$lookup by $expr over an indexed field', {
    documents: [{ _id: 1, k: 'b' }],
    collections: { stock: [{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }] },
    pipeline: [{ $lookup: { from, let: { k: '$k' }, pipeline: [{ $match: { $expr: { $eq: ['$_id', '$$k'] } } }], as: 's' } }],
    batch: [{ _id: 1, k: 'b', s: [{ _id: 'b' }] }],
  }),
  aggregation('$lookup under a collation', {
    documents: [{ _id: 1, k: 'A' }],
    collections: { stock: [{ _id: 10, k: 'a' }] },
    pipeline: [{ $lookup: { from, localField: 'k', foreignField: 'k', as: 's' } }],
    options: { collation: { locale: 'en', strength: 2 } },
    batch: [{ _id: 1, k: 'A', s: [{ _id: 10, k: 'a' }] }],
  }),
  refused('$lookup refuses what is no document', 'x', 9),
  refused('$lookup needs as', { from: 'x', localField: 'a', foreignField: 'b' }, 9),
  refused('$lookup needs both fields', { from: 'x', localField: 'a', as: 'c' }, 9),
  refused('$lookup needs fields or a pipeline', { from: 'x', as: 'c' }, 9),
  refused('$lookup refuses unknown arguments', { from: 'x', localField: 'a', foreignField: 'b', as: 'c', nope: 1 }, 9),
  refused('$lookup refuses a number as field', { from: 'x', localField: 1, foreignField: 'b', as: 'c' }, 9),
  refused('$lookup refuses let without a pipeline', { from: 'x', localField: 'a', foreignField: 'b', as: 'c', let: { a: 1 } }, 9),
  refused('$lookup refuses $out within', { from: 'x', pipeline: [{ $out: 'y' }], as: 'c' }, 51047),
  refused('$lookup refuses an unknown stage within', { from: 'x', pipeline: [{ $nope: 1 }], as: 'c' }, 40324),
  refused(
    '$lookup refuses an undefined variable',
    { from: 'x', pipeline: [{ $match: { $expr: { $eq: ['$a', '$$nope'] } } }], as: 'c' },
    17276,
  ),
  refused('$lookup refuses a wrong stage before it reads anything', { from: 'x', pipeline: [{ $limit: 0 }], as: 'c' }, 15958),
  graph('$graphLookup follows references', {}, [
    { _id: 1, name: 'Dev' },
    { _id: 2, name: 'Eliot' },
    { _id: 3, name: 'Ron' },
    { _id: 5, name: 'Asya' },
  ]),
  graph('$graphLookup to a depth', { maxDepth: 1 }, [
    { _id: 3, name: 'Ron' },
    { _id: 5, name: 'Asya' },
  ]),
  graph('$graphLookup tells the depth as a long', { maxDepth: 1, depthField: 'n' }, [
    { _id: 3, name: 'Ron', n: Long.ONE },
    { _id: 5, name: 'Asya', n: Long.ZERO },
  ]),
  graph('$graphLookup with a restriction', { restrictSearchWithMatch: { _id: { $gt: 2 } } }, [
    { _id: 3, name: 'Ron' },
    { _id: 5, name: 'Asya' },
  ]),
  aggregation('$graphLookup ends in a circle', {
    documents: [
      { _id: 'a', next: 'b' },
      { _id: 'b', next: 'a' },
    ],
    pipeline: [
      { $match: { _id: 'a' } },
      { $graphLookup: { from: '@collection', startWith: '$next', connectFromField: 'next', connectToField: '_id', as: 'all' } },
      { $project: { _id: 0, n: { $size: '$all' } } },
    ],
    batch: [{ n: 2 }],
  }),
  aggregation('$graphLookup needs its arguments', {
    documents: orders,
    pipeline: [{ $graphLookup: { from: 'x' } }],
    error: 40105,
  }),
  aggregation('$graphLookup refuses unknown arguments', {
    documents: orders,
    pipeline: [{ $graphLookup: { from: 'x', nope: 1 } }],
    error: 40104,
  }),
  aggregation('$graphLookup refuses a negative depth', {
    documents: orders,
    pipeline: [{ $graphLookup: { from: 'x', startWith: 1, connectFromField: 'a', connectToField: 'b', as: 'c', maxDepth: -1 } }],
    error: 40101,
  }),
];
