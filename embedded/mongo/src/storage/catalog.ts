import { randomUUID } from 'node:crypto';
import { Int32 } from 'bson';
import { decodeDocument, encodeDocument } from '../values/bson-codec.ts';
import { isDocument, isNumber, type BsonDocument } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';
import { defineIndex, type IndexDefinition } from './index-definition.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** One collection. Its documents live in table `documents_<id>`, its index entries in `index_<index id>`. */
export interface Collection {
  readonly id: number;
  readonly namespace: string;
  readonly uuid: string;
  readonly options: BsonDocument;
  indexes: IndexDefinition[];
  /** Commit number that created it: older snapshots do not have its tables. */
  readonly createdAt: number;
  isDropped: boolean;
}

const ID_INDEX = { v: new Int32(2), key: { _id: new Int32(1) }, name: '_id_' };

/** The list of collections and indexes, kept in memory and in the table `catalog`. */
export class Catalog {
  #collections = new Map<string, Collection>();
  /** Commit number at which a namespace was last dropped. */
  readonly #droppedAt = new Map<string, number>();
  #nextId = 1;
  #hasUnsavedChange = false;

  constructor(connection: SqliteConnection) {
    connection.execute(
      'CREATE TABLE IF NOT EXISTS catalog (id INTEGER PRIMARY KEY, namespace TEXT UNIQUE NOT NULL, body BLOB NOT NULL)',
    );
    this.#load(connection);
  }

  get(namespace: string): Collection | undefined {
    return this.#collections.get(namespace);
  }

  list(database: string): Collection[] {
    return this.all().filter((collection) => collection.namespace.startsWith(`${database}.`));
  }

  all(): Collection[] {
    return [...this.#collections.values()];
  }

  droppedAt(namespace: string): number {
    return this.#droppedAt.get(namespace) ?? 0;
  }

  create(connection: SqliteConnection, namespace: string, options: BsonDocument, at: number): Collection {
    const collection: Collection = {
      id: this.#takeId(),
      namespace,
      uuid: randomUUID(),
      options,
      indexes: [],
      createdAt: at,
      isDropped: false,
    };
    connection.execute(`CREATE TABLE documents_${collection.id} (rid INTEGER PRIMARY KEY, body BLOB NOT NULL)`);
    this.addIndex(connection, collection, ID_INDEX, at);
    this.#collections.set(namespace, collection);
    return collection;
  }

  drop(connection: SqliteConnection, collection: Collection, at: number): void {
    connection.forgetStatements();
    for (const index of collection.indexes) connection.execute(`DROP TABLE index_${index.id}`);
    connection.execute(`DROP TABLE documents_${collection.id}`);
    connection.statement('DELETE FROM catalog WHERE id = ?').run(collection.id);
    this.#hasUnsavedChange = true;
    collection.isDropped = true;
    this.#collections.delete(collection.namespace);
    this.#droppedAt.set(collection.namespace, at);
  }

  addIndex(connection: SqliteConnection, collection: Collection, specification: BsonDocument, at: number): IndexDefinition {
    const index = defineIndex(this.#takeId(), { v: new Int32(2), ...specification }, at, false);
    connection.execute(
      `CREATE TABLE index_${index.id} (key BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (key, rid)) WITHOUT ROWID`,
    );
    collection.indexes = [...collection.indexes, index];
    this.#save(connection, collection);
    return index;
  }

  dropIndex(connection: SqliteConnection, collection: Collection, index: IndexDefinition): void {
    connection.forgetStatements();
    connection.execute(`DROP TABLE index_${index.id}`);
    collection.indexes = collection.indexes.filter((other) => other !== index);
    this.#save(connection, collection);
  }

  markMultikey(connection: SqliteConnection, collection: Collection, index: IndexDefinition): void {
    index.isMultikey = true;
    if (collection.indexes.includes(index)) this.#save(connection, collection);
  }

  /** Call after COMMIT. */
  committed(): void {
    this.#hasUnsavedChange = false;
  }

  /** Call after ROLLBACK: brings memory back to what the file holds. */
  rolledBack(connection: SqliteConnection): void {
    connection.forgetStatements();
    if (!this.#hasUnsavedChange) return;
    this.#hasUnsavedChange = false;
    const before = this.#collections;
    this.#load(connection);
    for (const [namespace, collection] of before) if (!this.#collections.has(namespace)) collection.isDropped = true;
  }

  #takeId(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
  }

  #save(connection: SqliteConnection, collection: Collection): void {
    this.#hasUnsavedChange = true;
    const body = encodeDocument({
      uuid: collection.uuid,
      options: collection.options,
      indexes: collection.indexes.map(({ id, specification, isMultikey }) => ({ id, specification, isMultikey })),
    });
    connection
      .statement('INSERT OR REPLACE INTO catalog (id, namespace, body) VALUES (?, ?, ?)')
      .run(collection.id, collection.namespace, body);
  }

  #load(connection: SqliteConnection): void {
    const before = new Map(this.all().map((collection) => [collection.id, collection]));
    this.#collections = new Map();
    for (const row of connection.statement('SELECT id, namespace, body FROM catalog').all()) {
      const known = before.get(Number(row['id']));
      const bytes = row['body'] as Uint8Array; // a BLOB column
      const collection = readCollection(Number(row['id']), String(row['namespace']), bytes, known);
      this.#collections.set(collection.namespace, collection);
      this.#nextId = Math.max(this.#nextId, collection.id + 1, ...collection.indexes.map((index) => index.id + 1));
    }
  }
}

function readCollection(id: number, namespace: string, bytes: Uint8Array, known: Collection | undefined): Collection {
  const body = decodeDocument(bytes);
  const indexes = Array.isArray(body['indexes']) ? body['indexes'] : [];
  return {
    id,
    namespace,
    uuid: typeof body['uuid'] === 'string' ? body['uuid'] : randomUUID(),
    options: isDocument(body['options']) ? body['options'] : {},
    indexes: indexes.filter(isDocument).map((entry) => readIndex(entry, known)),
    createdAt: known?.createdAt ?? 0,
    isDropped: false,
  };
}

function readIndex(entry: BsonDocument, known: Collection | undefined): IndexDefinition {
  const id = isNumber(entry['id']) ? toDouble(entry['id']) : NaN;
  const specification = isDocument(entry['specification']) ? entry['specification'] : {};
  const createdAt = known?.indexes.find((index) => index.id === id)?.createdAt ?? 0;
  return defineIndex(id, specification, createdAt, entry['isMultikey'] === true);
}
