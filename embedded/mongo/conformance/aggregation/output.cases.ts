import type { Document } from 'mongodb';
import { aggregation, collectionNamed, COLLECTION, type ConformanceCase } from '../conformance-case.ts';

const target = collectionNamed('target');
const source = [
  { _id: 1, v: 10 },
  { _id: 2, v: 20 },
];
const present = [
  { _id: 2, v: 0, kept: true },
  { _id: 3, v: 30 },
];

/** `$merge` of the source into the target and what the target holds then. */
const merged = (name: string, merge: Document, expected: readonly Document[] | number): ConformanceCase => ({
  name,
  documents: source,
  collections: { target: present },
  steps: [
    {
      command: { aggregate: COLLECTION, pipeline: [{ $merge: { into: target, ...merge } }], cursor: {} },
      ...(typeof expected === 'number' ? { error: expected } : { batch: [] }),
    },
    ...(typeof expected === 'number' ? [] : [{ command: { find: target, sort: { _id: 1 } }, batch: expected }]),
  ],
});

const refused = (name: string, merge: unknown, error: number): ConformanceCase =>
  aggregation(name, { documents: source, pipeline: [{ $merge: merge }], error });

export const cases: readonly ConformanceCase[] = [
  {
    name: '$out writes a collection',
    documents: source,
    steps: [
      { command: { aggregate: COLLECTION, pipeline: [{ $match: { _id: 1 } }, { $out: target }], cursor: {} }, batch: [] },
      { command: { find: target }, batch: [{ _id: 1, v: 10 }] },
    ],
  },
  {
    name: '$out replaces what was there',
    documents: source,
    collections: { target: present },
    steps: [
      { command: { aggregate: COLLECTION, pipeline: [{ $out: target }], cursor: {} }, batch: [] },
      { command: { find: target, sort: { _id: 1 } }, batch: source },
    ],
  },
  {
    name: '$out into its own source',
    documents: source,
    steps: [
      {
        command: {
          aggregate: COLLECTION,
          pipeline: [{ $set: { v: { $multiply: ['$v', 2] } } }, { $out: COLLECTION }],
          cursor: {},
        },
        contents: [
          { _id: 1, v: 20 },
          { _id: 2, v: 40 },
        ],
      },
    ],
  },
  {
    name: '$out that fails leaves the collection as it was',
    documents: source,
    collections: { target: present },
    steps: [
      { command: { aggregate: COLLECTION, pipeline: [{ $set: { _id: 1 } }, { $out: target }], cursor: {} }, error: 11000 },
      { command: { find: target, sort: { _id: 1 } }, batch: present },
    ],
  },
  {
    name: '$out keeps the indexes',
    documents: source,
    collections: { target: present },
    steps: [
      { command: { createIndexes: target, indexes: [{ key: { v: 1 }, name: 'v_1' }] } },
      { command: { aggregate: COLLECTION, pipeline: [{ $out: target }], cursor: {} } },
      { command: { find: target, filter: { v: 20 }, hint: 'v_1' }, batch: [{ _id: 2, v: 20 }] },
    ],
  },
  merged('$merge merges and inserts', {}, [
    { _id: 1, v: 10 },
    { _id: 2, v: 20, kept: true },
    { _id: 3, v: 30 },
  ]),
  merged('$merge replaces', { whenMatched: 'replace' }, [
    { _id: 1, v: 10 },
    { _id: 2, v: 20 },
    { _id: 3, v: 30 },
  ]),
  merged('$merge keeps what is there', { whenMatched: 'keepExisting' }, [
    { _id: 1, v: 10 },
    { _id: 2, v: 0, kept: true },
    { _id: 3, v: 30 },
  ]),
  merged('$merge fails where a document is there', { whenMatched: 'fail' }, 11000),
  merged('$merge discards what has no match', { whenNotMatched: 'discard' }, [
    { _id: 2, v: 20, kept: true },
    { _id: 3, v: 30 },
  ]),
  merged('$merge fails where nothing matches', { whenNotMatched: 'fail' }, 13113),
  merged('$merge by a pipeline sees $$new', { whenMatched: [{ $set: { v: { $add: ['$v', '$$new.v'] } } }] }, [
    { _id: 1, v: 10 },
    { _id: 2, v: 20, kept: true },
    { _id: 3, v: 30 },
  ]),
  merged('$merge by a pipeline with let', { let: { more: { $add: ['$v', 5] } }, whenMatched: [{ $set: { v: '$$more' } }] }, [
    { _id: 1, v: 10 },
    { _id: 2, v: 25, kept: true },
    { _id: 3, v: 30 },
  ]),
  {
    name: '$merge by another field with a unique index',
    documents: [{ _id: 1, code: 'b', v: 7 }],
    collections: { target: [{ _id: 9, code: 'b', v: 0 }] },
    steps: [
      { command: { createIndexes: target, indexes: [{ key: { code: 1 }, name: 'code_1', unique: true }] } },
      { command: { aggregate: COLLECTION, pipeline: [{ $unset: '_id' }, { $merge: { into: target, on: 'code' } }], cursor: {} } },
      { command: { find: target }, batch: [{ _id: 9, code: 'b', v: 7 }] },
    ],
  },
  {
    name: '$merge into its own source',
    documents: source,
    steps: [
      {
        command: { aggregate: COLLECTION, pipeline: [{ $set: { seen: true } }, { $merge: COLLECTION }], cursor: {} },
        contents: [
          { _id: 1, v: 10, seen: true },
          { _id: 2, v: 20, seen: true },
        ],
      },
    ],
  },
  merged('$merge may not change the _id', { whenMatched: [{ $set: { _id: 99 } }] }, 66),
  merged('$merge needs a unique index over the fields of on', { on: 'v' }, 51183),
  refused('$merge refuses a number', 5, 14),
  refused('$merge needs into', { whenMatched: 'merge' }, 40414),
  refused('$merge refuses unknown arguments', { into: 'x', nope: 1 }, 40415),
  refused('$merge refuses an unknown mode', { into: 'x', whenMatched: 'nope' }, 2),
  refused('$merge refuses modes that do not go together', { into: 'x', whenMatched: 'fail', whenNotMatched: 'discard' }, 51181),
  refused('$merge refuses let without a pipeline', { into: 'x', let: { a: 1 } }, 51199),
  refused('$merge refuses another value of new', { into: 'x', whenMatched: [{ $set: { a: 1 } }], let: { new: '$v' } }, 51273),
  refused('$merge refuses an empty on', { into: 'x', on: [] }, 51187),
  aggregation('$out refuses a number', { documents: source, pipeline: [{ $out: 5 }], error: 16990 }),
  {
    name: '$out has no place in a transaction',
    documents: source,
    steps: [
      { transaction: 'start' },
      { command: { aggregate: COLLECTION, pipeline: [{ $out: target }], cursor: {} }, error: 263 },
    ],
  },
];
