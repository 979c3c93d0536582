import { Double, Long } from 'bson';
import type { Document } from 'mongodb';
import { ANYTHING, COLLECTION, collectionNamed, DATABASE, type ConformanceCase } from '../conformance-case.ts';
import { refused } from '../read-and-write-cases.ts';

const FOUR = [
  { _id: 1, a: 1, t: ['x', 'y'] },
  { _id: 2, a: 2, t: ['y'] },
  { _id: 3, a: 2, t: [] },
  { _id: 4, a: new Double(1), t: 'z' },
];
const counts = (name: string, options: Document, n: number): ConformanceCase => ({
  name,
  documents: FOUR,
  steps: [{ command: { count: COLLECTION, ...options }, reply: { n } }],
});
const distinct = (
  name: string,
  options: Document,
  values: readonly unknown[],
  documents: readonly Document[] = FOUR,
): ConformanceCase => ({ name, documents, steps: [{ command: { distinct: COLLECTION, ...options }, reply: { values } }] });
const server = (name: string, command: Document, reply: Document): ConformanceCase => ({
  name,
  steps: [{ command, onAdmin: true, reply }],
});

export const cases: readonly ConformanceCase[] = [
  counts('count counts everything', {}, 4),
  counts('count counts what matches', { query: { a: 2 } }, 2),
  counts('count stops at its limit', { limit: 3 }, 3),
  counts('a negative limit counts as a positive one', { limit: -3 }, 3),
  counts('count leaves out what is skipped', { skip: 3 }, 1),
  counts('skip and limit of a count go together', { query: { a: { $gte: 1 } }, skip: 1, limit: 2 }, 2),
  counts('skip beyond the end counts nothing', { skip: 9 }, 0),
  counts('a count takes a hint', { query: { _id: { $gt: 1 } }, hint: '_id_' }, 3),
  counts('a count takes a collation', { query: { t: 'Z' }, collation: { locale: 'en', strength: 2 } }, 1),
  { name: 'a collection that is not there counts 0', steps: [{ command: { count: COLLECTION }, reply: { n: 0 } }] },
  refused('a negative skip of a count is refused', { count: COLLECTION, skip: -1 }, 51024),
  distinct('distinct gives each value once, whatever its type of number', { key: 'a' }, [1, 2]),
  distinct('distinct takes arrays apart', { key: 't' }, ['x', 'y', 'z']),
  distinct('distinct looks at what matches', { key: 'a', query: { _id: { $gt: 1 } } }, [2, new Double(1)]),
  distinct(
    'distinct goes through documents in arrays',
    { key: 'v.n' },
    [1, 2],
    [{ _id: 1, v: [{ n: 1 }, { n: 2 }] }, { _id: 2, v: { n: 1 } }, { _id: 3 }],
  ),
  distinct('distinct tells null from missing', { key: 'v' }, [null, 5], [{ _id: 1, v: null }, { _id: 2 }, { _id: 3, v: 5 }]),
  distinct(
    'distinct compares in its collation',
    { key: 'v', collation: { locale: 'en', strength: 1 } },
    ['a', 'b'],
    [
      { _id: 1, v: 'a' },
      { _id: 2, v: 'A' },
      { _id: 3, v: 'b' },
    ],
  ),
  {
    name: 'distinct of a collection that is not there is empty',
    steps: [{ command: { distinct: COLLECTION, key: 'a' }, reply: { values: [] } }],
  },
  refused('distinct needs a key', { distinct: COLLECTION }, 40414),
  refused('a key of another type is refused', { distinct: COLLECTION, key: 5 }, 14),
  {
    name: 'a collection can be created',
    steps: [
      { command: { create: COLLECTION } },
      {
        command: { listCollections: 1, filter: { name: COLLECTION } },
        batch: [
          { name: COLLECTION, type: 'collection', options: {}, info: ANYTHING, idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } },
        ],
      },
    ],
  },
  {
    name: 'creating a collection again with the same options succeeds',
    steps: [{ command: { create: COLLECTION } }, { command: { create: COLLECTION } }],
  },
  {
    name: 'creating a collection again with other options is refused',
    steps: [{ command: { create: COLLECTION } }, { command: { create: COLLECTION, collation: { locale: 'en' } }, error: 48 }],
  },
  {
    name: 'listCollections with nameOnly tells name and type',
    steps: [
      { command: { create: COLLECTION } },
      {
        command: { listCollections: 1, nameOnly: true, filter: { name: COLLECTION } },
        batch: [{ name: COLLECTION, type: 'collection' }],
      },
    ],
  },
  {
    name: 'a collation of a collection holds for its queries',
    steps: [
      { command: { create: COLLECTION, collation: { locale: 'en', strength: 2 } } },
      {
        command: {
          insert: COLLECTION,
          documents: [
            { _id: 1, a: 'x' },
            { _id: 2, a: 'X' },
          ],
        },
      },
      {
        command: { find: COLLECTION, filter: { a: 'x' }, sort: { _id: 1 }, projection: { _id: 1 } },
        batch: [{ _id: 1 }, { _id: 2 }],
      },
      { command: { count: COLLECTION, query: { a: 'x' } }, reply: { n: 2 } },
      {
        command: { find: COLLECTION, filter: { a: 'x' }, projection: { _id: 1 }, collation: { locale: 'simple' } },
        batch: [{ _id: 1 }],
      },
      { command: { update: COLLECTION, updates: [{ q: { a: 'x' }, u: { $set: { hit: 1 } }, multi: true }] }, reply: { n: 2 } },
      { command: { delete: COLLECTION, deletes: [{ q: { a: 'x' }, limit: 0 }] }, reply: { n: 2 } },
    ],
  },
  {
    name: 'a collation of a collection holds for _id',
    steps: [
      { command: { create: COLLECTION, collation: { locale: 'en', strength: 2 } } },
      { command: { insert: COLLECTION, documents: [{ _id: 'x' }] } },
      { command: { insert: COLLECTION, documents: [{ _id: 'X' }] }, error: 11000 },
    ],
  },
  {
    name: 'an index takes the collation of its collection',
    steps: [
      { command: { create: COLLECTION, collation: { locale: 'en' } } },
      { command: { createIndexes: COLLECTION, indexes: [{ key: { a: 1 }, name: 'a_1' }] } },
      { command: { aggregate: COLLECTION, pipeline: [{ $limit: 1 }], cursor: {} }, batch: [] },
      {
        command: { listIndexes: COLLECTION },
        batch: [
          { v: 2, key: { _id: 1 }, name: '_id_', collation: ANYTHING },
          { v: 2, key: { a: 1 }, name: 'a_1', collation: ANYTHING },
        ],
      },
    ],
  },
  {
    name: 'a clustered collection shows its index as clustered',
    steps: [
      { command: { create: COLLECTION, clusteredIndex: { key: { _id: 1 }, unique: true, name: 'ids' } } },
      {
        command: { listIndexes: COLLECTION },
        batch: [{ v: 2, key: { _id: 1 }, name: 'ids', unique: true, clustered: true }],
      },
    ],
  },
  refused('a collation without locale is refused', { find: COLLECTION, collation: { strength: 1 } }, 40414),
  refused('a collation of a locale nobody knows is refused', { find: COLLECTION, collation: { locale: 'no such language' } }, 2),
  refused('a collation strength beyond 5 is refused', { find: COLLECTION, collation: { locale: 'en', strength: 9 } }, 2),
  refused('a collation field nobody knows is refused', { find: COLLECTION, collation: { locale: 'en', loud: true } }, 40415),
  refused('a size without capped is refused', { create: `${COLLECTION}x`, size: 100 }, 72),
  refused('a validator that does not parse is refused', { create: `${COLLECTION}x`, validator: { $unknown: 1 } }, 2),
  refused('a validation level nobody knows is refused', { create: `${COLLECTION}x`, validator: {}, validationLevel: 'loose' }, 2),
  {
    name: 'validationAction warn lets documents in',
    steps: [
      { command: { create: COLLECTION, validator: { a: 1 }, validationAction: 'warn' } },
      { command: { insert: COLLECTION, documents: [{ _id: 1 }] }, reply: { n: 1 } },
    ],
  },
  {
    name: 'level moderate lets invalid documents stay invalid',
    documents: [{ _id: 1, a: 'old' }],
    steps: [
      { command: { collMod: COLLECTION, validator: { a: { $type: 'int' } }, validationLevel: 'moderate' } },
      { command: { update: COLLECTION, updates: [{ q: { _id: 1 }, u: { $set: { b: 1 } } }] }, reply: { nModified: 1 } },
      { command: { insert: COLLECTION, documents: [{ _id: 2, a: 'new' }] }, error: 121 },
    ],
  },
  {
    name: 'collMod changes a validator',
    documents: [{ _id: 1 }],
    steps: [
      { command: { collMod: COLLECTION, validator: { a: 1 } } },
      { command: { insert: COLLECTION, documents: [{ _id: 2 }] }, error: 121 },
      { command: { collMod: COLLECTION, validator: {} } },
      { command: { insert: COLLECTION, documents: [{ _id: 2 }] }, reply: { n: 1 } },
    ],
  },
  { name: 'collMod of a collection that is not there is refused', steps: [{ command: { collMod: COLLECTION }, error: 26 }] },
  {
    name: 'a dropped collection is empty',
    documents: FOUR,
    steps: [
      { command: { drop: COLLECTION }, reply: { nIndexesWas: 1 } },
      { command: { count: COLLECTION }, reply: { n: 0 } },
    ],
  },
  { name: 'dropping a collection that is not there succeeds', steps: [{ command: { drop: COLLECTION } }] },
  {
    name: 'a collection can be renamed with its indexes',
    documents: [{ _id: 1, a: 1 }],
    indexes: [{ key: { a: 1 } }],
    steps: [
      { command: { renameCollection: `${DATABASE}.${COLLECTION}`, to: `${DATABASE}.${COLLECTION}.new` }, onAdmin: true },
      { command: { count: COLLECTION }, reply: { n: 0 } },
      { command: { find: collectionNamed('new'), hint: 'a_1' }, batch: [{ _id: 1, a: 1 }] },
    ],
  },
  {
    name: 'a rename onto a collection is refused',
    documents: [{ _id: 1 }],
    collections: { other: [{ _id: 2 }] },
    steps: [
      {
        command: { renameCollection: `${DATABASE}.${COLLECTION}`, to: `${DATABASE}.${COLLECTION}.other` },
        onAdmin: true,
        error: 48,
      },
    ],
  },
  {
    name: 'a rename with dropTarget replaces a collection',
    documents: [{ _id: 1 }],
    collections: { other: [{ _id: 2 }] },
    steps: [
      {
        command: { renameCollection: `${DATABASE}.${COLLECTION}`, to: `${DATABASE}.${COLLECTION}.other`, dropTarget: true },
        onAdmin: true,
      },
      { command: { find: collectionNamed('other') }, batch: [{ _id: 1 }] },
    ],
  },
  {
    name: 'a rename of a collection that is not there is refused',
    steps: [
      {
        command: { renameCollection: `${DATABASE}.${COLLECTION}`, to: `${DATABASE}.${COLLECTION}.new` },
        onAdmin: true,
        error: 26,
      },
    ],
  },
  {
    name: 'a rename to the same name is refused',
    documents: [{ _id: 1 }],
    steps: [
      { command: { renameCollection: `${DATABASE}.${COLLECTION}`, to: `${DATABASE}.${COLLECTION}` }, onAdmin: true, error: 20 },
    ],
  },
  {
    name: 'listDatabases names the database',
    documents: [{ _id: 1 }],
    steps: [
      {
        command: { listDatabases: 1, nameOnly: true, filter: { name: DATABASE } },
        onAdmin: true,
        reply: { databases: [{ name: DATABASE }] },
      },
    ],
  },
  { name: 'listDatabases runs against admin only', steps: [{ command: { listDatabases: 1 }, error: 13 }] },
  {
    name: 'dbStats counts collections and documents',
    documents: FOUR,
    steps: [{ command: { dbStats: 1 }, reply: { db: DATABASE } }],
  },
  {
    name: 'collStats counts documents and indexes',
    documents: FOUR,
    steps: [{ command: { collStats: COLLECTION }, reply: { count: 4, nindexes: 1 } }],
  },
  {
    name: 'validate finds a sound collection valid',
    documents: FOUR,
    steps: [{ command: { validate: COLLECTION }, reply: { valid: true, nrecords: 4, errors: [] } }],
  },
  { name: 'validate of a collection that is not there is refused', steps: [{ command: { validate: COLLECTION }, error: 26 }] },
  server('ping answers', { ping: 1 }, { ok: ANYTHING }),
  server('buildInfo tells the version of the behaviour', { buildInfo: 1 }, { bits: 64, maxBsonObjectSize: 16_777_216 }),
  server(
    'hello names a writable primary',
    { hello: 1 },
    { isWritablePrimary: true, maxBsonObjectSize: 16_777_216, maxWriteBatchSize: 100_000 },
  ),
  server('hostInfo describes the machine', { hostInfo: 1 }, { system: ANYTHING, os: ANYTHING }),
  server(
    'serverStatus tells version and process',
    { serverStatus: 1 },
    { version: ANYTHING, process: ANYTHING, uptime: ANYTHING },
  ),
  refused('an unknown command is refused', { fly: 1 }, 59),
  refused(
    'an unknown write concern mode is refused',
    { insert: COLLECTION, documents: [{ _id: 5 }], writeConcern: { w: 'everywhere' } },
    79,
  ),
  refused('an unknown read concern is refused', { find: COLLECTION, readConcern: { level: 'best' } }, 9),
  refused('an API version that does not exist is refused', { find: COLLECTION, apiVersion: '2' }, 322),
  refused('apiStrict refuses what is outside the API', { collStats: COLLECTION, apiVersion: '1', apiStrict: true }, 323),
  refused('a negative maxTimeMS is refused', { find: COLLECTION, maxTimeMS: -1 }, 51024),
  refused('a collection name with a dollar sign is refused', { find: 'a$b' }, 73),
  refused('an empty collection name is refused', { find: '' }, 73),
  refused('a collection name of another type is refused', { find: 5 }, 73),
  refused('a hint of another type is refused', { find: COLLECTION, hint: 5 }, 9),
  {
    name: 'explain tells a scan of the collection',
    documents: FOUR,
    steps: [
      {
        command: { explain: { find: COLLECTION, filter: { a: 1 } }, verbosity: 'queryPlanner' },
        reply: { queryPlanner: ANYTHING, command: ANYTHING },
      },
    ],
  },
  {
    name: 'explain with executionStats counts what was returned',
    documents: FOUR,
    steps: [
      {
        command: { explain: { find: COLLECTION, filter: { a: 2 } }, verbosity: 'executionStats' },
        reply: { executionStats: ANYTHING },
      },
    ],
  },
  {
    name: 'explain changes nothing',
    documents: FOUR,
    steps: [
      { command: { explain: { delete: COLLECTION, deletes: [{ q: {}, limit: 0 }] }, verbosity: 'executionStats' } },
      { command: { count: COLLECTION }, reply: { n: 4 } },
    ],
  },
  refused('explain of a command it does not know is refused', { explain: { fly: COLLECTION } }, 59),
  refused('an unknown verbosity of explain is refused', { explain: { find: COLLECTION }, verbosity: 'loud' }, 2),
  {
    name: 'a long count is a long only where it has to be',
    documents: FOUR,
    steps: [
      { command: { aggregate: COLLECTION, pipeline: [{ $count: 'n' }], cursor: {} }, batch: [{ n: 4 }] },
      { command: { find: COLLECTION, filter: { _id: Long.fromNumber(1) }, projection: { _id: 1 } }, batch: [{ _id: 1 }] },
    ],
  },
];
