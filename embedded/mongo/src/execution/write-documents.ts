import { ObjectId, BSONRegExp } from 'bson';
import { badValue, CommandError, failedToParse } from '../command-error.ts';
import type { Collection } from '../storage/catalog.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { compileUpdate, type Update } from '../update/compile-update.ts';
import type { UpdateEnvironment } from '../update/update-operation.ts';
import { upsertSeed } from '../update/upsert-seed.ts';
import { assertStorable, decodeDocument, encodeDocument, MAX_DOCUMENT_BYTES } from '../values/bson-codec.ts';
import { isOperatorDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { equalValues } from '../values/compare.ts';
import { PreparedQuery, type FoundDocument, type Query } from './find-documents.ts';

/** Stores a document; one without `_id` gets an ObjectId, and `_id` always comes first. */
export function insertDocument(view: StorageView, collection: Collection, document: BsonDocument): BsonDocument {
  const stored = withLeadingId(document);
  const bytes = storableBytes(stored, 10334);
  view.insert(collection, stored, bytes);
  return stored;
}

function withLeadingId(document: BsonDocument): BsonDocument {
  const id = document['_id'];
  if (id === undefined) return { _id: new ObjectId(), ...document };
  if (Array.isArray(id)) throw badValue("The '_id' value cannot be of type array");
  if (id instanceof BSONRegExp) throw badValue("The '_id' value cannot be of type regex");
  if (isOperatorDocument(id)) throw new CommandError(52, "_id fields may not contain '$'-prefixed fields");
  if (Object.keys(document)[0] === '_id') return document;
  const { _id, ...rest } = document;
  return { _id, ...rest };
}

function storableBytes(document: BsonDocument, tooLargeCode: number): Uint8Array {
  for (const name of Object.keys(document)) {
    if (name.startsWith('$'))
      throw new CommandError(52, `The dollar ($) prefixed field '${name}' in '${name}' is not valid for storage.`);
  }
  assertStorable(document);
  const bytes = encodeDocument(document);
  if (bytes.length <= MAX_DOCUMENT_BYTES) return bytes;
  const message = `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}`;
  throw new CommandError(
    tooLargeCode,
    tooLargeCode === 17419 ? `Resulting document after update is larger than ${MAX_DOCUMENT_BYTES}` : message,
  );
}

export interface UpdateStatement {
  readonly query: Query;
  readonly update: BsonValue;
  readonly arrayFilters: BsonValue;
  readonly isMulti: boolean;
  readonly isUpsert: boolean;
}

export interface UpdateOutcome {
  readonly matched: number;
  readonly modified: number;
  /** The `_id` and content of a document made by an upsert. */
  readonly upserted: BsonDocument | undefined;
}

/** Runs one statement of an `update` command. */
export function runUpdate(
  view: StorageView,
  namespace: string,
  statement: UpdateStatement,
  environment: UpdateEnvironment,
): UpdateOutcome {
  const update = compileUpdate(statement.update, statement.arrayFilters, environment);
  if (statement.isMulti && update.kind === 'replacement') {
    throw failedToParse('multi update is not supported for replacement-style update');
  }
  const query = new PreparedQuery({ ...statement.query, limit: statement.isMulti ? 0 : 1 });
  const collection = view.collection(namespace);
  // All matches are read before the first is changed: a document must not move ahead of the scan and be changed twice.
  const found = collection === undefined ? [] : [...query.run(view, collection)];
  let modified = 0;
  for (const item of found)
    if (collection !== undefined && changeDocument(view, collection, item, update).isChanged) modified += 1;
  if (found.length > 0 || !statement.isUpsert) return { matched: found.length, modified, upserted: undefined };
  return { matched: 0, modified: 0, upserted: insertUpserted(view, namespace, statement.query.filter, update) };
}

/** Applies an update to one document; returns the new content. */
export function changeDocument(
  view: StorageView,
  collection: Collection,
  found: FoundDocument,
  update: Update,
): { readonly isChanged: boolean; readonly document: BsonDocument } {
  const result = update.apply(found.document, { ...found.context, isInsert: false });
  if (!equalValues(result['_id'], found.document['_id']) || result['_id'] === undefined) {
    throw new CommandError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
  }
  const ordered = withLeadingId(result);
  const bytes = storableBytes(ordered, 17419);
  if (Buffer.compare(bytes, encodeDocument(found.document)) === 0) return { isChanged: false, document: found.document };
  const document = decodeDocument(bytes);
  view.replace(collection, found.stored, found.document, document, bytes);
  return { isChanged: true, document };
}

export function insertUpserted(view: StorageView, namespace: string, filter: BsonDocument, update: Update): BsonDocument {
  const seed = upsertSeed(filter);
  const start = update.kind === 'replacement' ? idOnly(seed) : seed;
  const document = update.apply(start, { isInsert: true });
  if (seed['_id'] !== undefined && document['_id'] !== undefined && !equalValues(seed['_id'], document['_id'])) {
    throw new CommandError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
  }
  return insertDocument(view, view.ensureCollection(namespace), document);
}

const idOnly = (seed: BsonDocument): BsonDocument => (seed['_id'] === undefined ? {} : { _id: seed['_id'] });
