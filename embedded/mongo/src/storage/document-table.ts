import type { AccessPath, IndexScan, KeyRange } from '../planner/access-path.ts';
import { CommandError } from '../command-error.ts';
import type { Catalog, Collection } from './catalog.ts';
import type { IndexDefinition } from './index-definition.ts';
import { indexKeysOf } from './index-keys.ts';
import { duplicateKeyError } from './duplicate-key.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { decodeDocument } from '../values/bson-codec.ts';

/** A document as stored: its row number and BSON bytes. */
export interface StoredDocument {
  readonly rid: number;
  readonly bytes: Uint8Array;
}

const FIRST_CHUNK_ROWS = 16;
const LARGEST_CHUNK_ROWS = 512;
const LARGEST_CHUNK_BYTES = 4 * 1024 * 1024;

/** Sizes of successive reads: no statement stays open between them, and large documents are read few at a time. */
class ChunkSize {
  rows = FIRST_CHUNK_ROWS;

  adapt(chunk: readonly StoredDocument[]): void {
    const bytes = chunk.reduce((sum, stored) => sum + stored.bytes.length, 0);
    if (bytes > LARGEST_CHUNK_BYTES) this.rows = Math.max(1, Math.floor(this.rows / 2));
    else if (bytes < LARGEST_CHUNK_BYTES / 2) this.rows = Math.min(LARGEST_CHUNK_ROWS, this.rows * 2);
  }
}

/** Candidates along an access path. Multikey indexes give each document once. */
export function* scanDocuments(
  connection: SqliteConnection,
  collection: Collection,
  path: AccessPath,
): Generator<StoredDocument> {
  if (path.kind === 'collection') {
    yield* scanTable(connection, collection, path.isReverse);
    return;
  }
  const seen = path.index.isMultikey ? new Set<number>() : undefined;
  const ranges = path.isReverse ? path.ranges.toReversed() : path.ranges;
  for (const range of ranges) {
    for (const stored of scanRange(connection, collection, path, range)) {
      if (seen?.has(stored.rid) === true) continue;
      seen?.add(stored.rid);
      yield stored;
    }
  }
}

function* scanTable(connection: SqliteConnection, collection: Collection, isReverse: boolean): Generator<StoredDocument> {
  const size = new ChunkSize();
  let last = isReverse ? Number.MAX_SAFE_INTEGER : 0;
  for (;;) {
    assertUsable(collection);
    const order = isReverse ? 'rid < ? ORDER BY rid DESC' : 'rid > ? ORDER BY rid';
    const limit = size.rows;
    const rows = readRows(connection, `SELECT rid, body FROM documents_${collection.id} WHERE ${order} LIMIT ?`, [last, limit]);
    size.adapt(rows);
    yield* rows;
    const final = rows.at(-1);
    if (final === undefined || rows.length < limit) return;
    last = final.rid;
  }
}

function* scanRange(
  connection: SqliteConnection,
  collection: Collection,
  { index, isReverse }: IndexScan,
  range: KeyRange,
): Generator<StoredDocument> {
  const size = new ChunkSize();
  const bounds = range.high === undefined ? 'i.key >= ?' : 'i.key >= ? AND i.key < ?';
  const direction = isReverse ? 'DESC' : 'ASC';
  const after = isReverse ? '<' : '>';
  const from = `SELECT i.key, i.rid, d.body FROM index_${index.id} i CROSS JOIN documents_${collection.id} d ON d.rid = i.rid`;
  const limits = range.high === undefined ? [range.low] : [range.low, range.high];
  let position: readonly [Uint8Array, number] | undefined;
  for (;;) {
    assertUsable(collection, index);
    const resume = position === undefined ? '' : ` AND (i.key, i.rid) ${after} (?, ?)`;
    const sql = `${from} WHERE ${bounds}${resume} ORDER BY i.key ${direction}, i.rid ${direction} LIMIT ?`;
    const limit = size.rows;
    const raw = connection.statement(sql).all(...limits, ...(position ?? []), limit);
    const rows = raw.map((row) => ({ rid: Number(row['rid']), bytes: row['body'] as Uint8Array })); // a BLOB column
    size.adapt(rows);
    yield* rows;
    const final = raw.at(-1);
    if (final === undefined || raw.length < limit) return;
    position = [final['key'] as Uint8Array, Number(final['rid'])]; // a BLOB column
  }
}

function readRows(connection: SqliteConnection, sql: string, parameters: (number | Uint8Array)[]): StoredDocument[] {
  return connection
    .statement(sql)
    .all(...parameters)
    .map((row) => ({ rid: Number(row['rid']), bytes: row['body'] as Uint8Array })); // a BLOB column
}

function assertUsable(collection: Collection, index?: IndexDefinition): void {
  const isGone = collection.isDropped || (index !== undefined && !collection.indexes.some((other) => other.id === index.id));
  if (isGone) throw new CommandError(175, `collection or index dropped while reading ${collection.namespace}`);
}

export function countDocuments(connection: SqliteConnection, collection: Collection): number {
  const row = connection.statement(`SELECT count(*) AS n FROM documents_${collection.id}`).get();
  return Number(row?.['n'] ?? 0);
}

/** Row of the document that owns a unique key, if any. */
export function findKeyOwner(connection: SqliteConnection, index: IndexDefinition, key: Uint8Array): number | undefined {
  const row = connection.statement(`SELECT rid FROM index_${index.id} WHERE key = ? LIMIT 1`).get(key);
  return row === undefined ? undefined : Number(row['rid']);
}

/** Changes documents and index entries together. All keys are checked before anything is written, so a refusal leaves no trace. */
export class DocumentWriter {
  readonly #connection: SqliteConnection;
  readonly #catalog: Catalog;

  constructor(connection: SqliteConnection, catalog: Catalog) {
    this.#connection = connection;
    this.#catalog = catalog;
  }

  /** Stores a new document, or one whose row number is already given out; returns the row number. */
  insert(collection: Collection, document: BsonDocument, bytes: Uint8Array, givenRid?: number): number {
    const entries = collection.indexes.map((index) => ({ index, ...indexKeysOf(index, document) }));
    for (const { index, keys } of entries) this.#assertFree(collection, index, keys, document, undefined);
    const result = this.#connection
      .statement(`INSERT INTO documents_${collection.id} (rid, body) VALUES (?, ?)`)
      .run(givenRid ?? null, bytes);
    const rid = Number(result.lastInsertRowid);
    for (const { index, keys, isMultikey } of entries) {
      if (isMultikey && !index.isMultikey) this.#catalog.markMultikey(this.#connection, collection, index);
      for (const key of keys) this.#addEntry(index, key, rid);
    }
    return rid;
  }

  replace(collection: Collection, rid: number, before: BsonDocument, after: BsonDocument, bytes: Uint8Array): void {
    const changes = collection.indexes.map((index) => ({
      index,
      old: indexKeysOf(index, before),
      fresh: indexKeysOf(index, after),
    }));
    for (const { index, fresh } of changes) this.#assertFree(collection, index, fresh.keys, after, rid);
    for (const { index, old, fresh } of changes) {
      if (
        old.keys.length === fresh.keys.length &&
        old.keys.every((key, position) => key.equals(fresh.keys[position] ?? key.subarray(1)))
      ) {
        continue;
      }
      if (fresh.isMultikey && !index.isMultikey) this.#catalog.markMultikey(this.#connection, collection, index);
      for (const key of old.keys) this.#removeEntry(index, key, rid);
      for (const key of fresh.keys) this.#addEntry(index, key, rid);
    }
    this.#connection.statement(`UPDATE documents_${collection.id} SET body = ? WHERE rid = ?`).run(bytes, rid);
  }

  remove(collection: Collection, rid: number, document: BsonDocument): void {
    for (const index of collection.indexes)
      for (const key of indexKeysOf(index, document).keys) this.#removeEntry(index, key, rid);
    this.#connection.statement(`DELETE FROM documents_${collection.id} WHERE rid = ?`).run(rid);
  }

  /** Fills a new index from the documents already there. */
  buildIndex(collection: Collection, index: IndexDefinition): void {
    for (const { rid, bytes } of scanTable(this.#connection, collection, false)) {
      const document = decodeDocument(bytes);
      const { keys, isMultikey } = indexKeysOf(index, document);
      this.#assertFree(collection, index, keys, document, rid);
      if (isMultikey && !index.isMultikey) this.#catalog.markMultikey(this.#connection, collection, index);
      for (const key of keys) this.#addEntry(index, key, rid);
    }
  }

  #assertFree(
    collection: Collection,
    index: IndexDefinition,
    keys: readonly Buffer[],
    document: BsonDocument,
    rid: number | undefined,
  ): void {
    if (!index.isUnique) return;
    for (const key of keys) {
      const owner = findKeyOwner(this.#connection, index, key);
      if (owner !== undefined && owner !== rid) throw duplicateKeyError(collection, index, document);
    }
  }

  #addEntry(index: IndexDefinition, key: Uint8Array, rid: number): void {
    this.#connection.statement(`INSERT OR IGNORE INTO index_${index.id} (key, rid) VALUES (?, ?)`).run(key, rid);
  }

  #removeEntry(index: IndexDefinition, key: Uint8Array, rid: number): void {
    this.#connection.statement(`DELETE FROM index_${index.id} WHERE key = ? AND rid = ?`).run(key, rid);
  }
}
