import { Long } from 'bson';
import { badValue, CommandError } from '../command-error.ts';
import { databaseOf, namespaceOf } from '../execution/read-request.ts';
import { WHOLE_COLLECTION } from '../planner/access-path.ts';
import type { Collection } from '../storage/catalog.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import { isNumber, type BsonDocument } from '../values/bson-value.ts';
import { countValue, toDouble } from '../values/numeric.ts';
import type { Command, CommandContext } from './command.ts';
import type { Reply } from '../wire/reply.ts';

interface Size {
  readonly documents: number;
  readonly bytes: number;
}

/** Reads every document: these commands are for looking after a database, not for its daily use. */
function sizeOf(view: StorageView, collection: Collection): Size {
  let documents = 0;
  let bytes = 0;
  for (const stored of view.scan(collection, WHOLE_COLLECTION)) {
    documents += 1;
    bytes += stored.bytes.length;
  }
  return { documents, bytes };
}

function scaleOf(body: BsonDocument): number {
  const { scale } = body;
  if (scale === undefined) return 1;
  const factor = isNumber(scale) ? Math.trunc(toDouble(scale)) : 0;
  if (factor < 1) throw badValue('scale has to be > 0');
  return factor;
}

function collStats({ body, view }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'collStats');
  const scale = scaleOf(body);
  const collection = view.collection(namespace);
  if (collection === undefined) return { ns: namespace, size: 0, count: 0, numOrphanDocs: 0, nindexes: 0, scaleFactor: scale };
  const { documents, bytes } = sizeOf(view, collection);
  return {
    ns: namespace,
    size: countValue(Math.floor(bytes / scale)),
    count: countValue(documents),
    ...(documents === 0 ? {} : { avgObjSize: Math.floor(bytes / documents) }),
    numOrphanDocs: 0,
    capped: false,
    nindexes: collection.indexes.length,
    scaleFactor: scale,
  };
}

function dbStats({ body, view }: CommandContext): Reply {
  const database = databaseOf(body);
  const scale = scaleOf(body);
  const collections = view.collections(database);
  const sizes = collections.map((collection) => sizeOf(view, collection));
  const objects = sizes.reduce((sum, size) => sum + size.documents, 0);
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  return {
    db: database,
    collections: countValue(collections.length),
    views: countValue(0),
    objects: countValue(objects),
    avgObjSize: objects === 0 ? 0 : bytes / objects,
    dataSize: bytes / scale,
    indexes: countValue(collections.reduce((sum, collection) => sum + collection.indexes.length, 0)),
    scaleFactor: Long.fromNumber(scale),
  };
}

/** Decodes every document; whether index entries agree with them is what `--check` of the server verifies. */
function validate({ body, view }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'validate');
  const collection = view.collection(namespace);
  if (collection === undefined) throw new CommandError(26, `Collection '${namespace}' does not exist to validate.`);
  let nrecords = 0;
  let nInvalidDocuments = 0;
  for (const stored of view.scan(collection, WHOLE_COLLECTION)) {
    nrecords += 1;
    if (!isReadable(stored.bytes)) nInvalidDocuments += 1;
  }
  const isValid = nInvalidDocuments === 0;
  return {
    ns: namespace,
    uuid: collection.uuid,
    nInvalidDocuments: countValue(nInvalidDocuments),
    nrecords: countValue(nrecords),
    nIndexes: collection.indexes.length,
    valid: isValid,
    warnings: [],
    errors: isValid ? [] : ['some documents are not valid BSON'],
  };
}

function isReadable(bytes: Uint8Array): boolean {
  try {
    decodeDocument(bytes);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

const statisticsCommand = (name: string, fields: readonly string[], run: (context: CommandContext) => Reply): Command => ({
  name,
  ...(name === 'validate' ? {} : { aliases: [name.toLowerCase()] }),
  fields,
  kind: 'read',
  isAllowedInTransaction: false,
  run,
});

export const statisticsCommands: readonly Command[] = [
  statisticsCommand('collStats', ['scale'], collStats),
  statisticsCommand('dbStats', ['scale', 'freeStorage'], dbStats),
  statisticsCommand('validate', ['full', 'repair', 'metadata', 'checkBSONConformance', 'background'], validate),
];
