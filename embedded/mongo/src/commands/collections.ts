import { Binary } from 'bson';
import { notSupported } from '../command-error.ts';
import { booleanField, databaseOf, documentField, namespaceOf, nonNegativeField } from '../execution/read-request.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Collection } from '../storage/catalog.ts';
import { requireCommittedView } from '../storage/committed-view.ts';
import { encodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { Command, CommandContext } from './command.ts';
import type { Reply } from '../wire/reply.ts';

const UNSUPPORTED_OPTIONS = [
  'capped',
  'size',
  'max',
  'validator',
  'validationLevel',
  'validationAction',
  'viewOn',
  'pipeline',
  'collation',
  'timeseries',
  'expireAfterSeconds',
  'clusteredIndex',
  'changeStreamPreAndPostImages',
  'storageEngine',
  'indexOptionDefaults',
];

function create({ body, view }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'create');
  for (const name of UNSUPPORTED_OPTIONS) {
    if (body[name] !== undefined && body[name] !== false) throw notSupported(`the collection option '${name}'`);
  }
  // Creating a collection again with the same options succeeds; without options they are always the same.
  if (view.collection(namespace) === undefined) view.createCollection(namespace, {});
  return {};
}

function drop({ body, view }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'drop');
  const collection = view.collection(namespace);
  if (collection === undefined) return { ns: namespace };
  requireCommittedView(view).dropCollection(collection);
  return { nIndexesWas: collection.indexes.length, ns: namespace };
}

function dropDatabase({ body, view }: CommandContext): Reply {
  const database = databaseOf(body);
  for (const collection of view.collections(database)) requireCommittedView(view).dropCollection(collection);
  return { dropped: database };
}

function listCollections({ body, view, cursors }: CommandContext): Reply {
  const database = databaseOf(body);
  const matches = compileFilter(documentField(body, 'filter'));
  const isNameOnly = booleanField(body, 'nameOnly');
  const entries = view
    .collections(database)
    .map((collection) => describe(collection, database))
    .filter((entry) => matches(entry))
    .map((entry) => (isNameOnly ? { name: entry['name'], type: entry['type'] } : entry));
  const source = entries.map((entry) => encodeDocument(entry)).values();
  const batchSize = nonNegativeField(documentField(body, 'cursor'), 'batchSize');
  return { cursor: cursors.open(`${database}.$cmd.listCollections`, source, { batchSize }) };
}

function describe(collection: Collection, database: string): BsonDocument {
  return {
    name: collection.namespace.slice(database.length + 1),
    type: 'collection',
    options: collection.options,
    info: { readOnly: false, uuid: new Binary(Buffer.from(collection.uuid.replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID) },
    idIndex: collection.indexes[0]?.specification ?? {},
  };
}

export const collectionCommands: readonly Command[] = [
  { name: 'create', fields: UNSUPPORTED_OPTIONS, kind: 'write', isAllowedInTransaction: true, run: create },
  { name: 'drop', fields: [], kind: 'write', isAllowedInTransaction: false, run: drop },
  { name: 'dropDatabase', fields: [], kind: 'write', isAllowedInTransaction: false, run: dropDatabase },
  {
    name: 'listCollections',
    fields: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
    kind: 'read',
    isAllowedInTransaction: false,
    run: listCollections,
  },
];
