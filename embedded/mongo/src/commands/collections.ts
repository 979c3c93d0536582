import { Binary, Int32 } from 'bson';
import { CommandError, notSupported } from '../command-error.ts';
import { assertValidation } from '../execution/document-validation.ts';
import {
  assertKnownFields,
  booleanField,
  databaseOf,
  documentField,
  namespaceOf,
  nonNegativeField,
} from '../execution/read-request.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Collection } from '../storage/catalog.ts';
import { requireCommittedView } from '../storage/committed-view.ts';
import { encodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { parseCollation } from '../values/collation.ts';
import { equalValues } from '../values/compare.ts';
import type { Command, CommandContext } from './command.ts';
import { shownSpecification } from './indexes.ts';
import { assertWritable } from './insert.ts';
import type { Reply } from '../wire/reply.ts';

/** Kinds of collections this server does not have. */
const UNSUPPORTED_OPTIONS = [
  'capped',
  'viewOn',
  'pipeline',
  'timeseries',
  'storageEngine',
  'indexOptionDefaults',
  'encryptedFields',
];
const VALIDATION_OPTIONS = ['validator', 'validationLevel', 'validationAction'];

function create({ body, view }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'create');
  assertWritable(namespace);
  const options = collectionOptions(body);
  const present = view.collection(namespace);
  if (present === undefined) {
    view.createCollection(namespace, options);
    return {};
  }
  // Creating a collection again with the same options succeeds.
  if (equalValues(present.options, options)) return {};
  throw new CommandError(48, `namespace ${namespace} already exists, but with different options`);
}

function collectionOptions(body: BsonDocument): BsonDocument {
  for (const name of UNSUPPORTED_OPTIONS) {
    if (body[name] !== undefined && body[name] !== false) throw notSupported(`the collection option '${name}'`);
  }
  if (body['size'] !== undefined || body['max'] !== undefined)
    throw new CommandError(72, "the 'capped' field needs to be true when either the 'size' or 'max' fields are present");
  if (body['expireAfterSeconds'] !== undefined)
    throw new CommandError(
      72,
      "'expireAfterSeconds' is only supported on time-series collections or when 'clusteredIndex' is specified",
    );
  if (booleanField(documentField(body, 'changeStreamPreAndPostImages'), 'enabled'))
    throw notSupported("the collection option 'changeStreamPreAndPostImages'");
  assertValidation(body);
  const clusteredIndex =
    body['clusteredIndex'] === undefined ? undefined : clusteredIndexOf(documentField(body, 'clusteredIndex'));
  const collation = parseCollation(body['collation']);
  const validation = VALIDATION_OPTIONS.filter((name) => body[name] !== undefined).map((name) => [name, body[name]] as const);
  return {
    ...Object.fromEntries(validation),
    ...(clusteredIndex === undefined ? {} : { clusteredIndex }),
    ...(collation === undefined ? {} : { collation: collation.specification }),
  };
}

/** A clustered collection behaves as any other; only its `_id` index is shown differently. */
function clusteredIndexOf(specification: BsonDocument): BsonDocument {
  assertKnownFields(specification, 'create.clusteredIndex', new Set(['key', 'unique', 'name', 'v']));
  if (!equalValues(specification['key'], { _id: new Int32(1) }) || !booleanField(specification, 'unique'))
    throw new CommandError(197, 'The clusteredIndex option requires key: {_id: 1} and unique: true');
  const { name = '_id_' } = specification;
  return { v: new Int32(2), key: { _id: new Int32(1) }, name, unique: true };
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
  const [idIndex] = collection.indexes;
  const isClustered = collection.options['clusteredIndex'] !== undefined;
  return {
    name: collection.namespace.slice(database.length + 1),
    type: 'collection',
    options: collection.options,
    info: { readOnly: false, uuid: new Binary(Buffer.from(collection.uuid.replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID) },
    ...(idIndex === undefined || isClustered ? {} : { idIndex: shownSpecification(collection, idIndex) }),
  };
}

export const collectionCommands: readonly Command[] = [
  {
    name: 'create',
    fields: [
      ...UNSUPPORTED_OPTIONS,
      ...VALIDATION_OPTIONS,
      'collation',
      'clusteredIndex',
      'size',
      'max',
      'expireAfterSeconds',
      'changeStreamPreAndPostImages',
      'idIndex',
    ],
    kind: 'write',
    isAllowedInTransaction: true,
    run: create,
  },
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
