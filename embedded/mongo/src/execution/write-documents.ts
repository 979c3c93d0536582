import { BSONRegExp, ObjectId, Timestamp } from 'bson';
import { badValue, CommandError, failedToParse } from '../command-error.ts';
import type { Collection } from '../storage/catalog.ts';
import { duplicateKeyError } from '../storage/duplicate-key.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { compileUpdate, type Update } from '../update/compile-update.ts';
import type { UpdateEnvironment } from '../update/update-operation.ts';
import { upsertSeed } from '../update/upsert-seed.ts';
import { assertStorable, decodeDocument, encodeDocument, MAX_DOCUMENT_BYTES } from '../values/bson-codec.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { parseCollation } from '../values/collation.ts';
import { fieldEntries, fieldNames, documentOf } from '../values/field-order.ts';
import { equalValues } from '../values/compare.ts';
import { validateDocument } from './document-validation.ts';
import { PreparedQuery, type FoundDocument, type Query } from './find-documents.ts';

export interface WriteOptions {
  /** `bypassDocumentValidation`: the collection's validator is not asked. */
  readonly bypassesValidation?: boolean;
  /** The time of the command, for empty timestamps. */
  readonly now?: Date;
}

/** Stores a document; one without `_id` gets an ObjectId, and `_id` always comes first. */
export function insertDocument(
  view: StorageView,
  collection: Collection,
  document: BsonDocument,
  options: WriteOptions = {},
): BsonDocument {
  assertInsertableId(document['_id']);
  const stored = withLeadingId(withTimestamps(document, options.now));
  const bytes = storableBytes(stored, 10334);
  if (options.bypassesValidation !== true) validateDocument(collection, stored);
  assertFreeCollatedId(view, collection, stored);
  view.insert(collection, stored, bytes);
  return stored;
}

function assertInsertableId(id: BsonValue): void {
  if (Array.isArray(id)) throw badValue("can't use an array for _id");
  if (id instanceof BSONRegExp) throw badValue("can't use a regex for _id");
}

function withLeadingId(document: BsonDocument): BsonDocument {
  const id = document['_id'];
  if (id === undefined) return documentOf([['_id', new ObjectId()], ...fieldEntries(document)]);
  if (Array.isArray(id)) throw new CommandError(53, "The '_id' value cannot be of type array");
  if (id instanceof BSONRegExp) throw new CommandError(53, "The '_id' value cannot be of type regex");
  const dollar = isDocument(id) ? Object.keys(id).find((name) => name.startsWith('$')) : undefined;
  if (dollar !== undefined)
    throw new CommandError(52, `_id fields may not contain '$'-prefixed fields: ${dollar} is not valid for storage.`);
  if (fieldNames(document)[0] === '_id') return document;
  return documentOf([['_id', id], ...fieldEntries(document).filter(([name]) => name !== '_id')]);
}

let lastIncrement = 0;

/** An empty timestamp at the top level asks for the server's time. */
function withTimestamps(document: BsonDocument, now: Date = new Date()): BsonDocument {
  if (!Object.values(document).some(isEmptyTimestamp)) return document;
  lastIncrement = (lastIncrement + 1) % 2 ** 31;
  const current = new Timestamp({ t: Math.floor(now.getTime() / 1000), i: lastIncrement });
  return documentOf(
    fieldEntries(document).map(([name, value]) => [name, isEmptyTimestamp(value) && name !== '_id' ? current : value] as const),
  );
}

const isEmptyTimestamp = (value: BsonValue): boolean => value instanceof Timestamp && value.isZero();

function storableBytes(document: BsonDocument, tooLargeCode: number): Uint8Array {
  assertStorable(document);
  const bytes = encodeDocument(document);
  if (bytes.length <= MAX_DOCUMENT_BYTES) return bytes;
  const message = `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}`;
  throw new CommandError(
    tooLargeCode,
    tooLargeCode === 17419 ? `Resulting document after update is larger than ${MAX_DOCUMENT_BYTES}` : message,
  );
}

/** The `_id` index orders strings by their bytes; in a collection with a collation an equal one must be looked for. */
function assertFreeCollatedId(view: StorageView, collection: Collection, document: BsonDocument): void {
  const id = document['_id'];
  const [index] = collection.indexes;
  if (collection.options['collation'] === undefined || index === undefined) return;
  if (typeof id !== 'string' && !isDocument(id)) return;
  const query = new PreparedQuery({
    filter: { _id: { $eq: id } },
    limit: 1,
    collation: parseCollation(collection.options['collation']),
  });
  if ([...query.run(view, collection)].length > 0) throw duplicateKeyError(collection, index, document);
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
  environment: UpdateEnvironment & WriteOptions,
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
    if (collection !== undefined && changeDocument(view, collection, item, update, environment).isChanged) modified += 1;
  if (found.length > 0 || !statement.isUpsert) return { matched: found.length, modified, upserted: undefined };
  return {
    matched: 0,
    modified: 0,
    upserted: insertUpserted(view, namespace, { filter: statement.query.filter, update }, environment),
  };
}

/** Applies an update to one document; returns the new content. */
export function changeDocument(
  view: StorageView,
  collection: Collection,
  found: FoundDocument,
  update: Update,
  options: WriteOptions = {},
): { readonly isChanged: boolean; readonly document: BsonDocument } {
  const result = update.apply(found.document, { ...found.context, isInsert: false });
  assertSameId(found.document['_id'], result['_id'], update);
  const ordered = withLeadingId(update.kind === 'replacement' ? withTimestamps(result, options.now) : result);
  const bytes = storableBytes(ordered, 17419);
  if (Buffer.compare(bytes, found.stored.bytes) === 0) return { isChanged: false, document: found.document };
  const document = decodeDocument(bytes);
  if (options.bypassesValidation !== true) validateDocument(collection, document, found.document);
  view.replace(collection, found.stored, found.document, document, bytes);
  return { isChanged: true, document };
}

function assertSameId(before: BsonValue, after: BsonValue, update: Update): void {
  if (after !== undefined && equalValues(before, after)) return;
  throw update.kind === 'operators'
    ? new CommandError(66, "Performing an update on the path '_id' would modify the immutable field '_id'")
    : new CommandError(66, "After applying the update, the (immutable) field '_id' was found to have been altered");
}

export interface Upsert {
  readonly filter: BsonDocument;
  readonly update: Update;
}

/** Makes the document of an upsert: what the filter fixes, changed by the update. */
export function insertUpserted(
  view: StorageView,
  namespace: string,
  { filter, update }: Upsert,
  options: WriteOptions = {},
): BsonDocument {
  const seed = upsertSeed(filter);
  const start = update.kind === 'replacement' ? idOnly(seed) : seed;
  const document = update.apply(start, { isInsert: true });
  if (seed['_id'] !== undefined) assertSameId(seed['_id'], document['_id'], update);
  return insertDocument(view, view.ensureCollection(namespace), document, options);
}

const idOnly = (seed: BsonDocument): BsonDocument => (seed['_id'] === undefined ? {} : { _id: seed['_id'] });
