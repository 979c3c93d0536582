import { Long } from 'bson';
import { ANYTHING, COLLECTION, type CommandStep, type ConformanceCase } from '../conformance-case.ts';
import { finds, sorts } from '../read-and-write-cases.ts';

const creates = (index: object, more: Omit<CommandStep, 'command'> = {}): CommandStep => ({
  command: { createIndexes: COLLECTION, indexes: [index] },
  ...more,
});
const inserts = (document: object, more: Omit<CommandStep, 'command'> = {}): CommandStep => ({
  command: { insert: COLLECTION, documents: [document] },
  ...more,
});
const list = { listIndexes: COLLECTION };
const A = { key: { a: 1 }, name: 'a_1' };
const ID = { v: 2, key: { _id: 1 }, name: '_id_' };

export const cases: readonly ConformanceCase[] = [
  {
    name: 'creating an index tells how many there are',
    documents: [{ _id: 1 }],
    steps: [creates(A, { reply: { numIndexesBefore: 1, numIndexesAfter: 2, createdCollectionAutomatically: false } })],
  },
  {
    name: 'creating an index makes its collection',
    steps: [creates(A, { reply: { numIndexesBefore: 1, numIndexesAfter: 2, createdCollectionAutomatically: true } })],
  },
  {
    name: 'creating the same index again changes nothing',
    steps: [creates(A), creates(A, { reply: { numIndexesBefore: 2, numIndexesAfter: 2, note: 'all indexes already exist' } })],
  },
  {
    name: 'several indexes are made by one command',
    steps: [
      { command: { createIndexes: COLLECTION, indexes: [A, { key: { b: -1 }, name: 'b' }] }, reply: { numIndexesAfter: 3 } },
    ],
  },
  {
    name: 'listIndexes shows every index as it was given',
    steps: [
      creates({ key: { a: 1, b: -1 }, name: 'x', unique: true, sparse: true }),
      { command: list, unordered: [ID, { v: 2, key: { a: 1, b: -1 }, name: 'x', unique: true, sparse: true }] },
    ],
  },
  { name: 'listIndexes of a collection that is not there is refused', steps: [{ command: list, error: 26 }] },
  {
    name: 'the same keys under another name are refused',
    steps: [creates(A), creates({ key: { a: 1 }, name: 'other' }, { error: 85 })],
  },
  {
    name: 'the same name for other keys is refused',
    steps: [creates(A), creates({ key: { b: 1 }, name: 'a_1' }, { error: 86 })],
  },
  { name: 'the same name with unique is refused', steps: [creates(A), creates({ ...A, unique: true }, { error: 86 })] },
  {
    name: 'the same name with another age limit is refused',
    steps: [creates({ ...A, expireAfterSeconds: 5 }), creates({ ...A, expireAfterSeconds: 6 }, { error: 85 })],
  },
  {
    name: 'keys may be indexed once plainly and once uniquely',
    steps: [creates(A), creates({ key: { a: 1 }, name: 'unique', unique: true }, { reply: { numIndexesAfter: 3 } })],
  },
  {
    name: 'keys may be indexed once for each partial filter',
    steps: [
      creates(A),
      creates({ key: { a: 1 }, name: 'partial', partialFilterExpression: { b: 1 } }, { reply: { numIndexesAfter: 3 } }),
    ],
  },
  {
    name: 'an index without name is refused',
    steps: [{ command: { createIndexes: COLLECTION, indexes: [{ key: { a: 1 } }] }, error: 9 }],
  },
  { name: 'an index without keys is refused', steps: [creates({ key: {}, name: 'x' }, { error: 67 })] },
  { name: 'a direction of 0 is refused', steps: [creates({ key: { a: 0 }, name: 'x' }, { error: 67 })] },
  { name: 'a kind of index nobody knows is refused', steps: [creates({ key: { a: 'magic' }, name: 'x' }, { error: 67 })] },
  { name: 'an option nobody knows is refused', steps: [creates({ ...A, magic: true }, { error: 197 })] },
  { name: 'no indexes at all are refused', steps: [{ command: { createIndexes: COLLECTION, indexes: [] }, error: 2 }] },
  {
    name: 'sparse and partial together are refused',
    steps: [creates({ ...A, sparse: true, partialFilterExpression: { b: 1 } }, { error: 67 })],
  },
  {
    name: 'an age limit needs one field',
    steps: [creates({ key: { a: 1, b: 1 }, name: 'x', expireAfterSeconds: 1 }, { error: 67 })],
  },
  { name: 'an age limit is not negative', steps: [creates({ ...A, expireAfterSeconds: -1 }, { error: 67 })] },
  {
    name: 'dropIndexes drops by name',
    steps: [
      creates(A),
      { command: { dropIndexes: COLLECTION, index: 'a_1' }, reply: { nIndexesWas: 2 } },
      { command: list, batch: [ID] },
    ],
  },
  {
    name: 'dropIndexes drops by keys',
    steps: [creates(A), { command: { dropIndexes: COLLECTION, index: { a: 1 } }, reply: { nIndexesWas: 2 } }],
  },
  {
    name: 'dropIndexes drops several',
    steps: [
      creates(A),
      creates({ key: { b: 1 }, name: 'b_1' }),
      { command: { dropIndexes: COLLECTION, index: ['a_1', 'b_1'] }, reply: { nIndexesWas: 3 } },
      { command: list, batch: [ID] },
    ],
  },
  {
    name: 'dropIndexes * keeps _id',
    steps: [
      creates(A),
      { command: { dropIndexes: COLLECTION, index: '*' }, reply: { nIndexesWas: 2 } },
      { command: list, batch: [ID] },
    ],
  },
  {
    name: 'an index that is not there cannot be dropped',
    steps: [creates(A), { command: { dropIndexes: COLLECTION, index: 'b_1' }, error: 27 }],
  },
  {
    name: 'the index of _id cannot be dropped',
    steps: [creates(A), { command: { dropIndexes: COLLECTION, index: '_id_' }, error: 72 }],
  },
  {
    name: 'dropIndexes of a collection that is not there is refused',
    steps: [{ command: { dropIndexes: COLLECTION, index: '*' }, error: 26 }],
  },
  { name: '_id is unique', documents: [{ _id: 1 }], steps: [inserts({ _id: 1 }, { error: 11000 })] },
  {
    name: '_id is unique across types of numbers',
    documents: [{ _id: 1 }],
    steps: [inserts({ _id: Long.fromNumber(1) }, { error: 11000 })],
  },
  { name: '_id may be null once', documents: [{ _id: null }], steps: [inserts({ _id: null }, { error: 11000 })] },
  {
    name: '_id may be a document, in one order of its fields',
    documents: [{ _id: { a: 1, b: 1 } }],
    steps: [inserts({ _id: { b: 1, a: 1 } }), inserts({ _id: { a: 1, b: 1 } }, { error: 11000 })],
  },
  {
    name: 'a unique index refuses the second',
    indexes: [{ key: { a: 1 }, unique: true }],
    documents: [{ _id: 1, a: 1 }],
    steps: [inserts({ _id: 2, a: 1 }, { error: 11000 })],
  },
  {
    name: 'a unique index counts missing as null',
    indexes: [{ key: { a: 1 }, unique: true }],
    documents: [{ _id: 1 }],
    steps: [inserts({ _id: 2, a: null }, { error: 11000 })],
  },
  {
    name: 'a unique sparse index lets many go without',
    indexes: [{ key: { a: 1 }, unique: true, sparse: true }],
    documents: [{ _id: 1 }],
    steps: [inserts({ _id: 2 }), inserts({ _id: 3, a: null }), inserts({ _id: 4, a: null }, { error: 11000 })],
  },
  {
    name: 'a unique partial index looks at its part',
    indexes: [{ key: { a: 1 }, unique: true, partialFilterExpression: { b: { $gt: 5 } } }],
    documents: [{ _id: 1, a: 1, b: 1 }],
    steps: [inserts({ _id: 2, a: 1, b: 2 }), inserts({ _id: 3, a: 1, b: 6 }), inserts({ _id: 4, a: 1, b: 7 }, { error: 11000 })],
  },
  {
    name: 'a unique compound index counts the combination',
    indexes: [{ key: { a: 1, b: 1 }, unique: true }],
    documents: [{ _id: 1, a: 1, b: 1 }],
    steps: [inserts({ _id: 2, a: 1, b: 2 }), inserts({ _id: 3, a: 1, b: 2 }, { error: 11000 })],
  },
  {
    name: 'a unique index on an array looks at every element',
    indexes: [{ key: { a: 1 }, unique: true }],
    documents: [{ _id: 1, a: [1, 2] }],
    steps: [inserts({ _id: 2, a: [3, 2] }, { error: 11000 })],
  },
  {
    name: 'a document may repeat a unique value within its own array',
    indexes: [{ key: { a: 1 }, unique: true }],
    steps: [inserts({ _id: 1, a: [1, 1] })],
  },
  {
    name: 'an update may not break a unique index',
    indexes: [{ key: { a: 1 }, unique: true }],
    documents: [
      { _id: 1, a: 1 },
      { _id: 2, a: 2 },
    ],
    steps: [
      {
        command: { update: COLLECTION, updates: [{ q: { _id: 2 }, u: { $set: { a: 1 } } }] },
        error: 11000,
        contents: [
          { _id: 1, a: 1 },
          { _id: 2, a: 2 },
        ],
      },
    ],
  },
  {
    name: 'a unique index over duplicates cannot be made',
    documents: [
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
    ],
    steps: [creates({ ...A, unique: true }, { error: 11000 }), { command: list, batch: [ID] }],
  },
  {
    name: 'two arrays in one compound index are refused',
    indexes: [{ key: { a: 1, b: 1 } }],
    steps: [inserts({ _id: 1, a: [1], b: [1] }, { error: 171 }), inserts({ _id: 2, a: [1], b: 1 })],
  },
  {
    name: 'a removed value is free again',
    indexes: [{ key: { a: 1 }, unique: true }],
    documents: [{ _id: 1, a: 1 }],
    steps: [
      { command: { delete: COLLECTION, deletes: [{ q: { _id: 1 }, limit: 1 }] }, reply: { n: 1 } },
      inserts({ _id: 2, a: 1 }),
    ],
  },
  {
    ...finds(
      'a sparse index does not hide documents without the field',
      [{ _id: 1, a: 1 }, { _id: 2 }],
      { a: { $ne: 5 } },
      [1, 2],
    ),
    indexes: [{ key: { a: 1 }, sparse: true }],
  },
  {
    ...sorts('a sort by a sparse index gives all documents', [{ _id: 1, a: 1 }, { _id: 2 }], { a: 1 }, [2, 1]),
    indexes: [{ key: { a: 1 }, sparse: true }],
  },
  {
    ...finds(
      'a partial index does not hide documents outside its part',
      [
        { _id: 1, a: 1, b: 1 },
        { _id: 2, a: 1, b: 9 },
      ],
      { a: 1 },
      [1, 2],
    ),
    indexes: [{ key: { a: 1 }, partialFilterExpression: { b: { $gt: 5 } } }],
  },
  {
    ...finds(
      'an index on an array gives each document once',
      [
        { _id: 1, a: [1, 2, 3] },
        { _id: 2, a: [9] },
      ],
      { a: { $gte: 1 } },
      [1, 2],
    ),
    indexes: [{ key: { a: 1 } }],
  },
  {
    ...finds(
      'bounds on an array index may be met by two elements',
      [
        { _id: 1, a: [1, 9] },
        { _id: 2, a: [5] },
      ],
      { a: { $gt: 8, $lt: 2 } },
      [1],
    ),
    indexes: [{ key: { a: 1 } }],
  },
  {
    ...sorts(
      'a descending index sorts both ways',
      [
        { _id: 1, a: 2 },
        { _id: 2, a: 3 },
        { _id: 3, a: 1 },
      ],
      { a: 1 },
      [3, 1, 2],
    ),
    indexes: [{ key: { a: -1 } }],
  },
  {
    ...sorts(
      'a compound index sorts in its mixed directions',
      [
        { _id: 1, a: 1, b: 1 },
        { _id: 2, a: 1, b: 2 },
        { _id: 3, a: 2, b: 1 },
      ],
      { a: 1, b: -1 },
      [2, 1, 3],
    ),
    indexes: [{ key: { a: 1, b: -1 } }],
  },
  {
    ...finds(
      'a collated index answers as a scan does',
      [
        { _id: 1, a: 'x' },
        { _id: 2, a: 'X' },
      ],
      { a: 'x' },
      [1, 2],
      { collation: { locale: 'en', strength: 2 } },
    ),
    indexes: [{ key: { a: 1 }, collation: { locale: 'en', strength: 2 } }],
  },
  {
    ...finds(
      'a collated index does not change queries without collation',
      [
        { _id: 1, a: 'x' },
        { _id: 2, a: 'X' },
      ],
      { a: 'x' },
      [1],
    ),
    indexes: [{ key: { a: 1 }, collation: { locale: 'en', strength: 2 } }],
  },
  {
    ...finds(
      'a hint gives the same answer',
      [
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ],
      { a: { $gt: 1 } },
      [2],
      { hint: 'a_1' },
    ),
    indexes: [{ key: { a: 1 } }],
  },
  {
    ...finds(
      'a hint may name the keys',
      [
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ],
      { a: { $gt: 1 } },
      [2],
      { hint: { a: 1 } },
    ),
    indexes: [{ key: { a: 1 } }],
  },
  {
    name: 'a hint nobody can follow is refused',
    documents: [{ _id: 1 }],
    steps: [{ command: { find: COLLECTION, hint: 'nothing' }, error: 2 }],
  },
  {
    name: 'collMod hides an index and shows it again',
    indexes: [{ key: { a: 1 } }],
    documents: [{ _id: 1, a: 1 }],
    steps: [
      { command: { collMod: COLLECTION, index: { name: 'a_1', hidden: true } }, reply: { hidden_old: false, hidden_new: true } },
      { command: list, unordered: [ID, { v: 2, key: { a: 1 }, name: 'a_1', hidden: true }] },
      { command: { find: COLLECTION, hint: 'a_1' }, error: 2 },
      {
        command: { collMod: COLLECTION, index: { keyPattern: { a: 1 }, hidden: false } },
        reply: { hidden_old: true, hidden_new: false },
      },
      { command: { find: COLLECTION, hint: 'a_1' }, batch: [{ _id: 1, a: 1 }] },
    ],
  },
  {
    name: 'collMod changes an age limit',
    indexes: [{ key: { a: 1 }, expireAfterSeconds: 5 }],
    steps: [
      {
        command: { collMod: COLLECTION, index: { keyPattern: { a: 1 }, expireAfterSeconds: 60 } },
        reply: { expireAfterSeconds_old: ANYTHING, expireAfterSeconds_new: ANYTHING },
      },
      { command: list, unordered: [ID, { v: 2, key: { a: 1 }, name: 'a_1', expireAfterSeconds: 60 }] },
    ],
  },
  {
    name: 'collMod of an index that is not there is refused',
    indexes: [{ key: { a: 1 } }],
    steps: [{ command: { collMod: COLLECTION, index: { name: 'x', hidden: true } }, error: 27 }],
  },
  {
    name: 'the index of _id cannot be hidden',
    indexes: [{ key: { a: 1 } }],
    steps: [{ command: { collMod: COLLECTION, index: { name: '_id_', hidden: true } }, error: 2 }],
  },
];
