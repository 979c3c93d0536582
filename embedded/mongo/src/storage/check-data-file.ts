import { existsSync } from 'node:fs';
import { decodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { Catalog, type Collection } from './catalog.ts';
import type { IndexDefinition } from './index-definition.ts';
import { indexKeysOf } from './index-keys.ts';
import { SqliteConnection } from './sqlite-connection.ts';

const CHUNK = 1000;
const MOST_PROBLEMS = 50;

export interface CheckReport {
  readonly collections: number;
  readonly documents: number;
  readonly indexEntries: number;
  /** One sentence each, without a document's content; empty when the file is sound. */
  readonly problems: readonly string[];
}

/**
 * Verifies a data file as it is at one moment: SQLite's own structure, the catalog, that every document can be read, and that
 * index entries and documents agree both ways. Works beside a running server.
 */
export function checkDataFile(file: string): CheckReport {
  if (!existsSync(file)) throw new Error(`${file} does not exist`);
  const connection = new SqliteConnection({ file, relaxed: false, isReadOnly: true });
  try {
    connection.execute('BEGIN');
    return new DataFileCheck(connection).run();
  } finally {
    connection.close();
  }
}

class DataFileCheck {
  readonly #connection: SqliteConnection;
  readonly #problems: string[] = [];
  #documents = 0;
  #indexEntries = 0;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  run(): CheckReport {
    for (const row of this.#connection.statement('PRAGMA integrity_check').all()) {
      const finding = String(row['integrity_check']);
      if (finding !== 'ok') this.#report(`SQLite: ${finding}`);
    }
    const collections = new Catalog(this.#connection).all();
    this.#checkTables(collections);
    for (const collection of collections) this.#checkCollection(collection);
    return {
      collections: collections.length,
      documents: this.#documents,
      indexEntries: this.#indexEntries,
      problems: this.#problems,
    };
  }

  #report(problem: string): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(problem);
  }

  #checkTables(collections: readonly Collection[]): void {
    const expected = new Set(['catalog', 'retryable_writes']);
    for (const { id, indexes } of collections) {
      expected.add(`documents_${id}`);
      for (const index of indexes) expected.add(`index_${index.id}`);
    }
    const rows = this.#connection.statement("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const present = new Set(rows.map((row) => String(row['name'])));
    for (const name of expected) if (!present.has(name)) this.#report(`table ${name} is missing`);
    for (const name of present) if (!expected.has(name)) this.#report(`table ${name} belongs to no collection`);
  }

  #checkCollection(collection: Collection): void {
    // An index still being built is dropped at the next start.
    const indexes = collection.indexes.filter((index) => !index.isBuilding);
    const counts = new Map(indexes.map((index) => [index, 0]));
    try {
      for (const { rid, bytes } of this.#documentsOf(collection)) {
        this.#documents += 1;
        const document = this.#read(collection, rid, bytes);
        if (document === undefined) continue;
        for (const index of indexes) {
          counts.set(index, (counts.get(index) ?? 0) + this.#checkEntries(collection, index, { rid, document }));
        }
      }
      for (const [index, count] of counts) this.#checkIndex(collection, index, count);
    } catch (error) {
      this.#report(`${collection.namespace} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  *#documentsOf({ id }: Collection): Generator<{ rid: number; bytes: Uint8Array }> {
    const statement = this.#connection.rows(`SELECT rid, body FROM documents_${id} WHERE rid > ? ORDER BY rid LIMIT ${CHUNK}`);
    let last = 0;
    for (;;) {
      const rows = statement.all(last) as unknown as [number, Uint8Array][]; // an INTEGER and a BLOB column
      for (const [rid, bytes] of rows) yield { rid, bytes };
      const final = rows.at(-1);
      if (final === undefined) return;
      [last] = final;
    }
  }

  #read({ namespace }: Collection, rid: number, bytes: Uint8Array): BsonDocument | undefined {
    try {
      return decodeDocument(bytes);
    } catch (error) {
      this.#report(`${namespace}: document ${rid} is no BSON: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  /** Returns how many entries the document must have. */
  #checkEntries(
    { namespace }: Collection,
    index: IndexDefinition,
    { rid, document }: { readonly rid: number; readonly document: BsonDocument },
  ): number {
    const { keys, isMultikey } = indexKeysOf(index, document);
    if (isMultikey && !index.isMultikey)
      this.#report(`${namespace}: index ${index.name} does not know of the array in document ${rid}`);
    for (const key of keys) {
      const found = this.#connection.statement(`SELECT 1 FROM index_${index.id} WHERE key = ? AND rid = ?`).get(key, rid);
      if (found === undefined) this.#report(`${namespace}: index ${index.name} lacks document ${rid}`);
    }
    return keys.length;
  }

  #checkIndex({ namespace }: Collection, index: IndexDefinition, expected: number): void {
    const row = this.#connection.statement(`SELECT count(*) AS n FROM index_${index.id}`).get();
    const count = Number(row?.['n'] ?? 0);
    this.#indexEntries += count;
    if (count !== expected)
      this.#report(`${namespace}: index ${index.name} has ${count} entries, its documents ask for ${expected}`);
    if (!index.isUnique) return;
    const twice = this.#connection
      .statement(`SELECT count(*) AS n FROM (SELECT 1 FROM index_${index.id} GROUP BY key HAVING count(*) > 1)`)
      .get();
    if (Number(twice?.['n'] ?? 0) > 0) this.#report(`${namespace}: unique index ${index.name} holds keys twice`);
  }
}
