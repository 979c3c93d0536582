import type { StatementSync } from 'node:sqlite';
import type { BsonDocument } from '../values/bson-value.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import type { Catalog, Collection } from './catalog.ts';
import { findKeyOwner } from './document-scan.ts';
import { duplicateKeyError } from './duplicate-key.ts';
import type { IndexDefinition } from './index-definition.ts';
import { indexKeysOf } from './index-keys.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Changes documents and index entries together. All keys are checked before anything is written, so a refusal leaves no trace. */
export class DocumentWriter {
  readonly #connection: SqliteConnection;
  readonly #catalog: Catalog;
  /** Found by number here, and not by their text: a batch of inserts uses each thousands of times. */
  readonly #additions = new Map<number, StatementSync>();

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
      if (fresh.isMultikey && !index.isMultikey) this.#catalog.markMultikey(this.#connection, collection, index);
      for (const key of keysWithout(old.keys, fresh.keys)) this.#removeEntry(index, key, rid);
      for (const key of keysWithout(fresh.keys, old.keys)) this.#addEntry(index, key, rid);
    }
    this.#connection.statement(`UPDATE documents_${collection.id} SET body = ? WHERE rid = ?`).run(bytes, rid);
  }

  remove(collection: Collection, rid: number, document: BsonDocument): void {
    for (const index of collection.indexes)
      for (const key of indexKeysOf(index, document).keys) this.#removeEntry(index, key, rid);
    this.#connection.statement(`DELETE FROM documents_${collection.id} WHERE rid = ?`).run(rid);
  }

  /**
   * Adds the entries of up to `limit` documents behind row `after` to indexes being built; returns the last row read, or undefined
   * at the end.
   */
  buildEntries(
    collection: Collection,
    indexes: readonly IndexDefinition[],
    { after, limit }: { readonly after: number; readonly limit: number },
  ): number | undefined {
    const rows = this.#connection
      .rows(`SELECT rid, body FROM documents_${collection.id} WHERE rid > ? ORDER BY rid LIMIT ?`)
      .all(after, limit) as unknown as [number, Uint8Array][]; // an INTEGER and a BLOB column
    for (const [rid, bytes] of rows) {
      const document = decodeDocument(bytes);
      for (const index of indexes) {
        const { keys, isMultikey } = indexKeysOf(index, document);
        this.#assertFree(collection, index, keys, document, rid);
        if (isMultikey && !index.isMultikey) this.#catalog.markMultikey(this.#connection, collection, index);
        for (const key of keys) this.#addEntry(index, key, rid);
      }
    }
    return rows.length < limit ? undefined : rows.at(-1)?.[0];
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
    let statement = this.#additions.get(index.id);
    if (statement === undefined) {
      statement = this.#connection.statement(`INSERT OR IGNORE INTO index_${index.id} (key, rid) VALUES (?, ?)`);
      this.#additions.set(index.id, statement);
    }
    statement.run(key, rid);
  }

  #removeEntry(index: IndexDefinition, key: Uint8Array, rid: number): void {
    this.#connection.statement(`DELETE FROM index_${index.id} WHERE key = ? AND rid = ?`).run(key, rid);
  }
}

function keysWithout(keys: readonly Buffer[], others: readonly Buffer[]): readonly Buffer[] {
  const [only] = others;
  if (only === undefined) return keys;
  if (others.length === 1) return keys.filter((key) => !key.equals(only));
  const texts = new Set(others.map((key) => key.toString('latin1')));
  return keys.filter((key) => !texts.has(key.toString('latin1')));
}
