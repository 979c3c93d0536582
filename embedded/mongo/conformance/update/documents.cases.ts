import { ObjectId, Timestamp } from 'bson';
import { ANYTHING, COLLECTION, type ConformanceCase } from '../conformance-case.ts';
import { updateRefused, updates, upserts } from '../read-and-write-cases.ts';

const ID = new ObjectId('0123456789abcdef01234567');

export const cases: readonly ConformanceCase[] = [
  updates('a replacement keeps nothing but _id', { a: 1, b: 2 }, { c: 3 }, { c: 3 }),
  updates('a replacement may name the same _id', { a: 1 }, { _id: 1, c: 3 }, { c: 3 }),
  updates('a replacement puts _id first', { a: 1 }, { c: 3, _id: 1 }, { c: 3 }),
  updates('a replacement may be empty', { a: 1 }, {}, {}),
  updateRefused('a replacement with another _id is refused', { a: 1 }, { _id: 2 }, 66),
  updateRefused('a replacement with an operator after fields is refused', { a: 1 }, { b: 1, $set: { c: 1 } }, 52),
  updateRefused('a replacement of many is refused', { a: 1 }, { b: 1 }, 9, { multi: true }),
  updateRefused('an update has to be a document or a pipeline', { a: 1 }, 5, 9),
  {
    name: 'a replacement equal to the document modifies nothing',
    documents: [{ _id: 1, a: 1 }],
    steps: [{ command: { update: COLLECTION, updates: [{ q: {}, u: { a: 1 } }] }, reply: { n: 1, nModified: 0 } }],
  },
  {
    name: 'an update that changes nothing matches and modifies nothing',
    documents: [{ _id: 1, a: 1 }],
    steps: [{ command: { update: COLLECTION, updates: [{ q: {}, u: { $set: { a: 1 } } }] }, reply: { n: 1, nModified: 0 } }],
  },
  {
    name: 'without multi one document is changed',
    documents: [{ _id: 1 }, { _id: 2 }],
    steps: [{ command: { update: COLLECTION, updates: [{ q: {}, u: { $set: { a: 1 } } }] }, reply: { n: 1, nModified: 1 } }],
  },
  {
    name: 'with multi all are changed',
    documents: [{ _id: 1 }, { _id: 2 }],
    steps: [
      {
        command: { update: COLLECTION, updates: [{ q: {}, u: { $set: { a: 1 } }, multi: true }] },
        reply: { n: 2, nModified: 2 },
        contents: [
          { _id: 1, a: 1 },
          { _id: 2, a: 1 },
        ],
      },
    ],
  },
  {
    name: 'a sort chooses the one to update',
    documents: [
      { _id: 1, n: 2 },
      { _id: 2, n: 1 },
    ],
    steps: [
      {
        command: { update: COLLECTION, updates: [{ q: {}, u: { $set: { hit: true } }, sort: { n: 1 } }] },
        contents: [
          { _id: 1, n: 2 },
          { _id: 2, n: 1, hit: true },
        ],
      },
    ],
  },
  updateRefused('a sort with multi is refused', {}, { $set: { a: 1 } }, 9, { sort: { a: 1 }, multi: true }),
  {
    name: 'an ordered batch stops at the first error',
    documents: [
      { _id: 1, a: 'x' },
      { _id: 2, a: 1 },
    ],
    steps: [
      {
        command: {
          update: COLLECTION,
          updates: [
            { q: { _id: 1 }, u: { $inc: { a: 1 } } },
            { q: { _id: 2 }, u: { $inc: { a: 1 } } },
          ],
        },
        error: 14,
        contents: [
          { _id: 1, a: 'x' },
          { _id: 2, a: 1 },
        ],
      },
    ],
  },
  {
    name: 'an unordered batch goes on after an error',
    documents: [
      { _id: 1, a: 'x' },
      { _id: 2, a: 1 },
    ],
    steps: [
      {
        command: {
          update: COLLECTION,
          ordered: false,
          updates: [
            { q: { _id: 1 }, u: { $inc: { a: 1 } } },
            { q: { _id: 2 }, u: { $inc: { a: 1 } } },
          ],
        },
        error: 14,
        contents: [
          { _id: 1, a: 'x' },
          { _id: 2, a: 2 },
        ],
      },
    ],
  },
  updates('a pipeline computes fields from fields', { a: 2, b: 3 }, [{ $set: { sum: { $add: ['$a', '$b'] } } }], {
    a: 2,
    b: 3,
    sum: 5,
  }),
  updates('a pipeline removes fields', { a: 2, b: 3 }, [{ $unset: ['a'] }], { b: 3 }),
  updates('a pipeline replaces the document and keeps _id', { a: { x: 1 } }, [{ $replaceWith: '$a' }], { x: 1 }),
  updates('a pipeline projects', { a: 1, b: 2 }, [{ $project: { b: 1 } }], { b: 2 }),
  updates(
    'the stages of a pipeline follow one another',
    { a: 1 },
    [{ $set: { a: { $add: ['$a', 1] } } }, { $addFields: { b: { $multiply: ['$a', 10] } } }],
    { a: 2, b: 20 },
  ),
  updates('a pipeline takes constants', { a: 1 }, [{ $set: { a: '$$fresh' } }], { a: 7 }, { c: { fresh: 7 } }),
  updates('a pipeline sees strings with dollar signs as paths', { a: 1 }, [{ $set: { b: '$a' } }], { a: 1, b: 1 }),
  updateRefused('a pipeline that changes _id is refused', { a: 1 }, [{ $set: { _id: 9 } }], 66),
  updateRefused('a pipeline takes no $match', { a: 1 }, [{ $match: { a: 1 } }], 72),
  updateRefused('a pipeline takes no $group', { a: 1 }, [{ $group: { _id: 1 } }], 72),
  updateRefused('a pipeline takes no array filters', { a: [1] }, [{ $set: { a: 1 } }], 9, { arrayFilters: [{ x: 1 }] }),
  updateRefused('constants need a pipeline', { a: 1 }, { $set: { a: 1 } }, 51198, { c: { x: 1 } }),
  upserts(
    'an upsert begins with the equalities of its filter',
    { _id: 1, a: 2, 'b.c': 3, d: { $gt: 4 } },
    { $set: { e: 5 } },
    { _id: 1, a: 2, b: { c: 3 }, e: 5 },
  ),
  upserts(
    'an upsert reads equalities within $and',
    { $and: [{ _id: 1 }, { a: { $eq: 2 } }] },
    { $set: { b: 1 } },
    { _id: 1, a: 2, b: 1 },
  ),
  upserts(
    'an upsert reads $in and $all of one value',
    { _id: 1, a: { $in: [2] }, b: { $all: [3] } },
    { $set: { c: 1 } },
    { _id: 1, a: 2, b: 3, c: 1 },
  ),
  upserts(
    'an upsert takes nothing from $or with two branches',
    { _id: 1, $or: [{ a: 1 }, { a: 2 }] },
    { $set: { b: 1 } },
    { _id: 1, b: 1 },
  ),
  upserts('an upsert by replacement takes _id only', { _id: 1, a: 2 }, { b: 1 }, { _id: 1, b: 1 }),
  upserts('an upsert makes an _id', { a: 1 }, { $set: { b: 1 } }, { _id: ANYTHING, a: 1, b: 1 }),
  upserts('an upsert may set _id', { a: 1 }, { $set: { _id: ID } }, { _id: ID, a: 1 }),
  upserts('an upsert runs a pipeline on its equalities', { _id: 1, a: 2 }, [{ $set: { b: { $add: ['$a', 1] } } }], {
    _id: 1,
    a: 2,
    b: 3,
  }),
  {
    name: 'an empty timestamp at the top becomes the time of the server, one below stays',
    steps: [
      {
        command: {
          insert: COLLECTION,
          documents: [{ _id: 1, t: new Timestamp({ t: 0, i: 0 }), d: { t: new Timestamp({ t: 0, i: 0 }) } }],
        },
      },
      { command: { count: COLLECTION, query: { t: { $gt: new Timestamp({ t: 1, i: 0 }) } } }, reply: { n: 1 } },
      { command: { count: COLLECTION, query: { 'd.t': new Timestamp({ t: 0, i: 0 }) } }, reply: { n: 1 } },
    ],
  },
  upserts('an upsert may make dollar names', { _id: 1 }, { $set: { $a: 1 } }, { _id: 1, $a: 1 }),
  upserts('an upsert pushes into a new array', { _id: 1 }, { $push: { a: 1 } }, { _id: 1, a: [1] }),
  {
    name: 'an upsert tells the _id it made',
    steps: [
      {
        command: { update: COLLECTION, updates: [{ q: { _id: 1 }, u: { $set: { a: 1 } }, upsert: true }] },
        reply: { n: 1, nModified: 0, upserted: [{ index: 0, _id: 1 }] },
      },
    ],
  },
  {
    name: 'an upsert that finds a document tells no _id',
    documents: [{ _id: 1 }],
    steps: [
      {
        command: { update: COLLECTION, updates: [{ q: { _id: 1 }, u: { $set: { a: 1 } }, upsert: true }] },
        reply: { n: 1, nModified: 1, upserted: undefined },
      },
    ],
  },
  {
    name: 'an upsert with one path twice is refused',
    steps: [
      {
        command: { update: COLLECTION, updates: [{ q: { $and: [{ a: 1 }, { a: 2 }] }, u: { $set: { b: 1 } }, upsert: true }] },
        error: 54,
        contents: [],
      },
    ],
  },
  {
    name: 'an upsert with another _id than its filter is refused',
    steps: [
      {
        command: { update: COLLECTION, updates: [{ q: { _id: 1 }, u: { $set: { _id: 2 } }, upsert: true }] },
        error: 66,
        contents: [],
      },
    ],
  },
  {
    name: 'an insert puts _id first',
    steps: [{ command: { insert: COLLECTION, documents: [{ a: 1, _id: 1 }] }, contents: [{ _id: 1, a: 1 }] }],
  },
  {
    name: 'an insert may have dollar names',
    steps: [
      {
        command: { insert: COLLECTION, documents: [{ _id: 1, $a: 1, b: { $c: 1 } }] },
        contents: [{ _id: 1, $a: 1, b: { $c: 1 } }],
      },
    ],
  },
  {
    name: 'an insert may have dotted names',
    steps: [{ command: { insert: COLLECTION, documents: [{ _id: 1, 'a.b': 1 }] }, contents: [{ _id: 1, 'a.b': 1 }] }],
  },
  {
    name: 'dollar names in _id are refused',
    steps: [{ command: { insert: COLLECTION, documents: [{ _id: { $a: 1 } }] }, error: 52 }],
  },
  { name: 'an array as _id is refused', steps: [{ command: { insert: COLLECTION, documents: [{ _id: [1] }] }, error: 2 }] },
  {
    name: 'a regular expression as _id is refused',
    steps: [{ command: { insert: COLLECTION, documents: [{ _id: /a/ }] }, error: 2 }],
  },
  {
    name: 'references are stored as they are',
    steps: [
      {
        command: { insert: COLLECTION, documents: [{ _id: 1, r: { $ref: 'c', $id: ID, $db: 'd', more: 1 } }] },
        contents: [{ _id: 1, r: { $ref: 'c', $id: ID, $db: 'd', more: 1 } }],
      },
    ],
  },
  {
    name: 'fields named by numbers keep their order through updates',
    documents: [
      {
        _id: 1,
        m: new Map([
          ['b', 1],
          ['10', 2],
          ['2', 3],
        ]),
      },
    ],
    steps: [
      { command: { update: COLLECTION, updates: [{ q: {}, u: { $set: { 'm.1': 4 } } }] }, reply: { nModified: 1 } },
      {
        command: {
          aggregate: COLLECTION,
          pipeline: [{ $project: { _id: 0, names: { $map: { input: { $objectToArray: '$m' }, in: '$$this.k' } } } }],
          cursor: {},
        },
        batch: [{ names: ['b', '10', '2', '1'] }],
      },
    ],
  },
  {
    name: 'a validator refuses what does not match it',
    steps: [
      { command: { create: COLLECTION, validator: { a: { $type: 'int' } } } },
      { command: { insert: COLLECTION, documents: [{ _id: 1, a: 'x' }] }, error: 121 },
      { command: { insert: COLLECTION, documents: [{ _id: 1, a: 1 }] }, reply: { n: 1 } },
      {
        command: { update: COLLECTION, updates: [{ q: {}, u: { $set: { a: 'x' } } }] },
        error: 121,
        contents: [{ _id: 1, a: 1 }],
      },
      {
        command: { update: COLLECTION, updates: [{ q: {}, u: { $set: { a: 'x' } } }], bypassDocumentValidation: true },
        contents: [{ _id: 1, a: 'x' }],
      },
    ],
  },
];
