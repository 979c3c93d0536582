import { Double } from 'bson';
import type { Document } from 'mongodb';
import { ANYTHING, COLLECTION, DATABASE, type CommandStep, type ConformanceCase } from '../conformance-case.ts';
import { refused } from '../read-and-write-cases.ts';

const THREE = [
  { _id: 1, a: 1 },
  { _id: 2, a: 2 },
  { _id: 3, a: 2 },
];
const NS = { ns: `${DATABASE}.${COLLECTION}` };

const modifies = (
  name: string,
  options: Document,
  reply: Document,
  contents?: readonly Document[],
  documents: readonly Document[] = THREE,
): ConformanceCase => ({
  name,
  documents,
  steps: [{ command: { findAndModify: COLLECTION, ...options }, reply, ...(contents === undefined ? {} : { contents }) }],
});
const modifyRefused = (name: string, options: Document, error: number): ConformanceCase =>
  refused(name, { findAndModify: COLLECTION, ...options }, error, THREE);
const deletes = (name: string, statement: Document, ids: readonly number[], options: Document = {}): ConformanceCase => ({
  name,
  documents: THREE,
  steps: [
    {
      command: { delete: COLLECTION, deletes: [statement], ...options },
      reply: { n: 3 - ids.length },
      contents: THREE.filter(({ _id }) => ids.includes(_id)),
    },
  ],
});
const bulk = (ops: readonly Document[], more: Omit<CommandStep, 'command'>, options: Document = {}): CommandStep => ({
  command: { bulkWrite: 1, ops, nsInfo: [NS], ...options },
  onAdmin: true,
  ...more,
});
const done = (idx: number, counts: Document): Document => ({ ok: new Double(1), idx, ...counts });
const bulkRefused = (name: string, command: Document, error: number): ConformanceCase => ({
  name,
  steps: [{ command: { bulkWrite: 1, ...command }, onAdmin: true, error }],
});

export const cases: readonly ConformanceCase[] = [
  modifies(
    'findAndModify returns the document before the change',
    { query: { _id: 1 }, update: { $set: { a: 9 } } },
    { value: { _id: 1, a: 1 }, lastErrorObject: { n: 1, updatedExisting: true } },
    [{ _id: 1, a: 9 }, ...THREE.slice(1)],
  ),
  modifies(
    'new returns the document after the change',
    { query: { _id: 1 }, update: { $inc: { a: 9 } }, new: true },
    { value: { _id: 1, a: 10 } },
  ),
  modifies(
    'sort chooses the document',
    { query: {}, sort: { _id: -1 }, update: { $set: { hit: true } }, new: true },
    { value: { _id: 3, a: 2, hit: true } },
  ),
  modifies(
    'fields project the document',
    { query: { _id: 1 }, update: { $set: { b: 1 } }, fields: { _id: 0, b: 1 }, new: true },
    { value: { b: 1 } },
  ),
  modifies(
    'remove returns what it removed',
    { query: { a: 2 }, sort: { _id: 1 }, remove: true },
    { value: { _id: 2, a: 2 }, lastErrorObject: { n: 1 } },
    [THREE[0], THREE[2]] as Document[],
  ),
  modifies(
    'without a match nothing is changed',
    { query: { _id: 9 }, update: { $set: { a: 1 } } },
    { value: null, lastErrorObject: { n: 0, updatedExisting: false } },
    THREE,
  ),
  modifies(
    'a removal without a match returns null',
    { query: { _id: 9 }, remove: true },
    { value: null, lastErrorObject: { n: 0 } },
    THREE,
  ),
  modifies(
    'an upsert returns null before',
    { query: { _id: 9 }, update: { $set: { a: 1 } }, upsert: true },
    { value: null, lastErrorObject: { n: 1, updatedExisting: false, upserted: 9 } },
  ),
  modifies(
    'an upsert with new returns what it made',
    { query: { _id: 9, b: 1 }, update: { $set: { a: 1 } }, upsert: true, new: true },
    { value: { _id: 9, b: 1, a: 1 } },
  ),
  modifies('a replacement keeps _id', { query: { _id: 1 }, update: { b: 2 }, new: true }, { value: { _id: 1, b: 2 } }),
  modifies(
    'a pipeline computes',
    { query: { _id: 1 }, update: [{ $set: { b: { $add: ['$a', 1] } } }], new: true },
    { value: { _id: 1, a: 1, b: 2 } },
  ),
  modifies(
    'array filters choose elements',
    { query: { _id: 1 }, update: { $set: { 'v.$[x]': 0 } }, arrayFilters: [{ x: { $gt: 1 } }], new: true },
    { value: { _id: 1, v: [1, 0] } },
    undefined,
    [{ _id: 1, v: [1, 2] }],
  ),
  modifies(
    'the positional $ works in update and projection',
    { query: { 'v.k': 'b' }, update: { $inc: { 'v.$.n': 1 } }, new: true, fields: { 'v.$': 1 } },
    { value: { _id: 1, v: [{ k: 'b', n: 3 }] } },
    undefined,
    [
      {
        _id: 1,
        v: [
          { k: 'a', n: 1 },
          { k: 'b', n: 2 },
        ],
      },
    ],
  ),
  modifies(
    'let gives variables to the query',
    { query: { $expr: { $eq: ['$_id', '$$x'] } }, update: { $set: { hit: 1 } }, let: { x: 2 }, new: true },
    { value: { _id: 2, a: 2, hit: 1 } },
  ),
  modifies(
    'a collation finds without regard to case',
    { query: { s: 'x' }, update: { $set: { hit: 1 } }, collation: { locale: 'en', strength: 2 }, new: true },
    { value: { _id: 1, s: 'X', hit: 1 } },
    undefined,
    [{ _id: 1, s: 'X' }],
  ),
  modifyRefused('update or remove has to be given', { query: {} }, 9),
  modifyRefused('update and remove exclude each other', { query: {}, update: { a: 1 }, remove: true }, 9),
  modifyRefused('remove and upsert exclude each other', { query: {}, remove: true, upsert: true }, 9),
  modifyRefused('remove and new exclude each other', { query: {}, remove: true, new: true }, 9),
  modifyRefused('remove takes no array filters', { query: {}, remove: true, arrayFilters: [{ x: 1 }] }, 9),
  modifyRefused('another _id is refused', { query: { _id: 1 }, update: { _id: 5 } }, 66),
  modifyRefused('an unknown field is refused', { query: {}, update: {}, fresh: true }, 40415),
  deletes('limit 1 deletes one', { q: { a: 2 }, limit: 1 }, [1, 3]),
  deletes('limit 0 deletes all that match', { q: { a: 2 }, limit: 0 }, [1]),
  deletes('the empty filter deletes everything', { q: {}, limit: 0 }, []),
  deletes('no match deletes nothing', { q: { a: 9 }, limit: 0 }, [1, 2, 3]),
  deletes('let gives variables to a deletion', { q: { $expr: { $gt: ['$a', '$$x'] } }, limit: 0 }, [1], { let: { x: 1 } }),
  {
    name: 'an unordered deletion goes on after an error',
    documents: THREE,
    steps: [
      {
        command: {
          delete: COLLECTION,
          ordered: false,
          deletes: [
            { q: { $unknown: 1 }, limit: 1 },
            { q: { _id: 1 }, limit: 1 },
          ],
        },
        error: 2,
        reply: { n: 1 },
        contents: THREE.slice(1),
      },
    ],
  },
  refused('another limit is refused', { delete: COLLECTION, deletes: [{ q: {}, limit: 2 }] }, 9),
  refused('a deletion without filter is refused', { delete: COLLECTION, deletes: [{ limit: 1 }] }, 40414),
  refused('an empty batch of deletions is refused', { delete: COLLECTION, deletes: [] }, 16),
  refused('an empty batch of insertions is refused', { insert: COLLECTION, documents: [] }, 16),
  refused('an empty batch of updates is refused', { update: COLLECTION, updates: [] }, 16),
  refused(
    'an update statement with an unknown field is refused',
    { update: COLLECTION, updates: [{ q: {}, u: { $set: { a: 1 } }, fast: true }] },
    40415,
  ),
  refused('an update without its change is refused', { update: COLLECTION, updates: [{ q: {} }] }, 40414),
  refused('documents have to be documents', { insert: COLLECTION, documents: [5] }, 14),
  {
    name: 'an ordered insertion stops at the first duplicate',
    documents: [{ _id: 2 }],
    steps: [
      {
        command: { insert: COLLECTION, documents: [{ _id: 1 }, { _id: 2 }, { _id: 3 }] },
        error: 11000,
        reply: { n: 1 },
        contents: [{ _id: 1 }, { _id: 2 }],
      },
    ],
  },
  {
    name: 'an unordered insertion goes on',
    documents: [{ _id: 2 }],
    steps: [
      {
        command: { insert: COLLECTION, ordered: false, documents: [{ _id: 1 }, { _id: 2 }, { _id: 3 }] },
        error: 11000,
        reply: { n: 2 },
        contents: [{ _id: 1 }, { _id: 2 }, { _id: 3 }],
      },
    ],
  },
  {
    name: 'a duplicate tells its key',
    documents: [{ _id: 2 }],
    steps: [
      {
        command: { insert: COLLECTION, documents: [{ _id: 2 }] },
        error: 11000,
        reply: { writeErrors: [{ index: 0, code: 11000, errmsg: ANYTHING, keyPattern: { _id: 1 }, keyValue: { _id: 2 } }] },
      },
    ],
  },
  {
    name: 'bulkWrite inserts, updates and deletes',
    documents: THREE,
    steps: [
      bulk(
        [
          { insert: 0, document: { _id: 4 } },
          { update: 0, filter: { _id: 1 }, updateMods: { $inc: { a: 1 } } },
          { update: 0, filter: { a: 2 }, updateMods: { $set: { b: 1 } }, multi: true },
          { delete: 0, filter: { _id: 4 } },
        ],
        {
          batch: [done(0, { n: 1 }), done(1, { n: 1, nModified: 1 }), done(2, { n: 3, nModified: 3 }), done(3, { n: 1 })],
          reply: { nErrors: 0, nInserted: 1, nMatched: 4, nModified: 4, nUpserted: 0, nDeleted: 1 },
          contents: [
            { _id: 1, a: 2, b: 1 },
            { _id: 2, a: 2, b: 1 },
            { _id: 3, a: 2, b: 1 },
          ],
        },
      ),
    ],
  },
  {
    name: 'bulkWrite tells what it upserted',
    steps: [
      bulk([{ update: 0, filter: { _id: 7 }, updateMods: { $set: { a: 1 } }, upsert: true }], {
        batch: [done(0, { n: 1, nModified: 0, upserted: { _id: 7 } })],
        reply: { nMatched: 0, nUpserted: 1 },
      }),
    ],
  },
  {
    name: 'bulkWrite with errorsOnly tells nothing of successes',
    steps: [bulk([{ insert: 0, document: { _id: 1 } }], { batch: [], reply: { nInserted: 1 } }, { errorsOnly: true })],
  },
  {
    name: 'an ordered bulkWrite stops at the first error',
    documents: [{ _id: 1 }],
    steps: [
      bulk(
        [
          { insert: 0, document: { _id: 1 } },
          { insert: 0, document: { _id: 2 } },
        ],
        {
          batch: [
            { ok: new Double(0), idx: 0, code: 11000, errmsg: ANYTHING, keyPattern: { _id: 1 }, keyValue: { _id: 1 }, n: 0 },
          ],
          reply: { nErrors: 1, nInserted: 0 },
          contents: [{ _id: 1 }],
        },
      ),
    ],
  },
  {
    name: 'an unordered bulkWrite goes on',
    documents: [{ _id: 1 }],
    steps: [
      bulk(
        [
          { insert: 0, document: { _id: 1 } },
          { insert: 0, document: { _id: 2 } },
        ],
        { reply: { nErrors: 1, nInserted: 1 }, contents: [{ _id: 1 }, { _id: 2 }] },
        { ordered: false },
      ),
    ],
  },
  {
    name: 'bulkWrite may answer in batches',
    steps: [
      bulk(
        [
          { insert: 0, document: { _id: 1 } },
          { insert: 0, document: { _id: 2 } },
        ],
        { batch: [done(0, { n: 1 })] },
        { cursor: { batchSize: 1 } },
      ),
      {
        command: (previous) => ({ getMore: (previous['cursor'] as Record<string, unknown>)['id'], collection: '$cmd.bulkWrite' }),
        onAdmin: true,
        batch: [done(1, { n: 1 })],
      },
    ],
  },
  {
    name: 'bulkWrite takes pipelines with constants and array filters',
    documents: [{ _id: 1, v: [1, 2] }],
    steps: [
      bulk(
        [
          { update: 0, filter: {}, updateMods: { $set: { 'v.$[x]': 0 } }, arrayFilters: [{ x: 2 }] },
          { update: 0, filter: {}, updateMods: [{ $set: { w: '$$c' } }], constants: { c: 5 } },
        ],
        { contents: [{ _id: 1, v: [1, 0], w: 5 }] },
      ),
    ],
  },
  bulkRefused('bulkWrite with a number without namespace is refused', { ops: [{ insert: 1, document: {} }], nsInfo: [NS] }, 2),
  bulkRefused('bulkWrite needs operations', { ops: [], nsInfo: [NS] }, 16),
  bulkRefused('bulkWrite needs namespaces', { ops: [{ insert: 0, document: {} }] }, 40414),
  bulkRefused('bulkWrite knows three operations', { ops: [{ replace: 0 }], nsInfo: [NS] }, 9),
  bulkRefused(
    'bulkWrite refuses unknown fields of an operation',
    { ops: [{ insert: 0, document: {}, fast: 1 }], nsInfo: [NS] },
    40415,
  ),
  {
    name: 'bulkWrite runs against admin only',
    steps: [{ command: { bulkWrite: 1, ops: [{ insert: 0, document: {} }], nsInfo: [NS] }, error: 13 }],
  },
];
