import { randomUUID } from 'node:crypto';
import { Int32 } from 'bson';
import { decodeDocument, encodeDocument } from '../values/bson-codec.ts';
import { isDocument, isNumber, type BsonDocument } from '../values/bson-value.ts';
import { equalValues } from '../values/compare.ts';
import { toDouble } from '../values/numeric.ts';
import { defineIndex, type IndexDefinition } from './index-definition.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** One collection. Its documents live in table `documents_<id>`, its index entries in `index_<index id>`. */
export interface Collection {
  readonly id: number;
  namespace: string;
  readonly uuid: string;
  options: BsonDocument;
  indexes: IndexDefinition[];
  /** Commit number that created it: older snapshots do not have its tables. */
  createdAt: number;
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
  #unsavedDrops: Collection[] = [];

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
    const collection = this.draft(namespace, options);
    this.adopt(connection, collection, at);
    return collection;
  }

  /** A collection that exists only in memory, as one a transaction has created and not committed. */
  draft(namespace: string, options: BsonDocument): Collection {
    const collection: Collection = {
      id: this.#takeId(),
      namespace,
      uuid: randomUUID(),
      options,
      indexes: [],
      createdAt: 0,
      isDropped: false,
    };
    this.draftIndex(collection, ID_INDEX);
    return collection;
  }

  draftIndex(collection: Collection, specification: BsonDocument): void {
    collection.indexes = [...collection.indexes, this.#define(specification, false, 0)];
  }

  /** Makes a draft part of the catalog. */
  adopt(connection: SqliteConnection, collection: Collection, at: number): void {
    connection.execute(`CREATE TABLE documents_${collection.id} (rid INTEGER PRIMARY KEY, body BLOB NOT NULL)`);
    for (const index of collection.indexes) createIndexTable(connection, index);
    collection.createdAt = at;
    this.#save(connection, collection);
    this.#collections.set(collection.namespace, collection);
  }

  drop(connection: SqliteConnection, collection: Collection, at: number): void {
    connection.forgetStatements();
    for (const index of collection.indexes) connection.execute(`DROP TABLE index_${index.id}`);
    connection.execute(`DROP TABLE documents_${collection.id}`);
    connection.statement('DELETE FROM catalog WHERE id = ?').run(collection.id);
    this.#hasUnsavedChange = true;
    collection.isDropped = true;
    this.#unsavedDrops.push(collection);
    this.#collections.delete(collection.namespace);
    this.#droppedAt.set(collection.namespace, at);
  }

  /** Adds an index without entries; `finishIndex` makes it readable. */
  addIndex(connection: SqliteConnection, collection: Collection, specification: BsonDocument): IndexDefinition {
    const index = this.#define(specification, true, 0);
    createIndexTable(connection, index);
    collection.indexes = [...collection.indexes, index];
    this.#save(connection, collection);
    return index;
  }

  finishIndex(connection: SqliteConnection, collection: Collection, index: IndexDefinition, at: number): void {
    index.isBuilding = false;
    index.readyAt = at;
    this.#save(connection, collection);
  }

  dropIndex(connection: SqliteConnection, collection: Collection, index: IndexDefinition): void {
    connection.forgetStatements();
    connection.execute(`DROP TABLE index_${index.id}`);
    collection.indexes = collection.indexes.filter((other) => other !== index);
    this.#save(connection, collection);
  }

  /** Gives a collection another name, which is free. */
  rename(connection: SqliteConnection, collection: Collection, namespace: string, at: number): void {
    this.#collections.delete(collection.namespace);
    this.#droppedAt.set(collection.namespace, at);
    collection.namespace = namespace;
    collection.createdAt = at;
    this.#collections.set(namespace, collection);
    this.#save(connection, collection);
  }

  setOptions(connection: SqliteConnection, collection: Collection, options: BsonDocument): void {
    collection.options = options;
    this.#save(connection, collection);
  }

  /** Replaces what an index is said to be; its entries stay as they are. */
  replaceSpecification(
    connection: SqliteConnection,
    collection: Collection,
    index: IndexDefinition,
    specification: BsonDocument,
  ): void {
    const { readyAt, isBuilding, isMultikey } = index;
    const changed = defineIndex(index.id, specification, { readyAt, isBuilding, isMultikey });
    collection.indexes = collection.indexes.map((other) => (other === index ? changed : other));
    this.#save(connection, collection);
  }

  markMultikey(connection: SqliteConnection, collection: Collection, index: IndexDefinition): void {
    index.isMultikey = true;
    if (collection.indexes.includes(index)) this.#save(connection, collection);
  }

  /** Call after COMMIT. */
  committed(): void {
    this.#hasUnsavedChange = false;
    this.#unsavedDrops = [];
  }

  /** Call after ROLLBACK: brings memory back to what the file holds. */
  rolledBack(connection: SqliteConnection): void {
    this.rolledBackToSavepoint(connection);
    this.#hasUnsavedChange = false;
  }

  /** Call after ROLLBACK TO: what the transaction did before the savepoint is still unsaved. */
  rolledBackToSavepoint(connection: SqliteConnection): void {
    connection.forgetStatements();
    if (this.#hasUnsavedChange) this.#load(connection);
  }

  #define(specification: BsonDocument, isBuilding: boolean, readyAt: number): IndexDefinition {
    const state = { isBuilding, readyAt, isMultikey: false };
    return defineIndex(this.#takeId(), { v: new Int32(2), ...specification }, state);
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
      indexes: collection.indexes.map(({ id, specification, isMultikey, isBuilding }) => ({
        id,
        specification,
        isMultikey,
        isBuilding,
      })),
    });
    connection
      .statement('INSERT OR REPLACE INTO catalog (id, namespace, body) VALUES (?, ?, ?)')
      .run(collection.id, collection.namespace, body);
  }

  /** Keeps the objects that are known: views, cursors and index builds hold on to them. */
  #load(connection: SqliteConnection): void {
    const before = new Map([...this.#unsavedDrops, ...this.all()].map((collection) => [collection.id, collection]));
    this.#unsavedDrops = [];
    this.#collections = new Map();
    for (const collection of before.values()) collection.isDropped = true;
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
  const entries = Array.isArray(body['indexes']) ? body['indexes'].filter(isDocument) : [];
  const indexes = entries.map((entry) => readIndex(entry, known));
  const options = isDocument(body['options']) ? body['options'] : {};
  if (known !== undefined) return Object.assign(known, { namespace, options, indexes, isDropped: false });
  return {
    id,
    namespace,
    uuid: typeof body['uuid'] === 'string' ? body['uuid'] : randomUUID(),
    options,
    indexes,
    createdAt: 0,
    isDropped: false,
  };
}

function readIndex(entry: BsonDocument, known: Collection | undefined): IndexDefinition {
  const id = isNumber(entry['id']) ? toDouble(entry['id']) : NaN;
  const [isMultikey, isBuilding] = [entry['isMultikey'] === true, entry['isBuilding'] === true];
  const same = known?.indexes.find((index) => index.id === id);
  const specification = isDocument(entry['specification']) ? entry['specification'] : {};
  if (same !== undefined && equalValues(same.specification, specification))
    return Object.assign(same, { isMultikey, isBuilding });
  return defineIndex(id, specification, { readyAt: 0, isMultikey, isBuilding });
}

function createIndexTable(connection: SqliteConnection, { id }: IndexDefinition): void {
  connection.execute(`CREATE TABLE index_${id} (key BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (key, rid)) WITHOUT ROWID`);
}
