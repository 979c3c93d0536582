import type { AccessPath, IndexScan } from '../planner/access-path.ts';
import { CommandError } from '../command-error.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { Catalog, Collection } from './catalog.ts';
import { countDocuments, countEntries, scanDocuments, type StoredDocument } from './document-scan.ts';
import { DocumentWriter } from './document-writer.ts';
import type { IndexDefinition } from './index-definition.ts';
import { indexKeysOf } from './index-keys.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { StorageView } from './storage-view.ts';
import { documentTarget, keyTarget, namespaceTarget, type WriteClaims } from './write-claims.ts';

/** A collection of up to this many documents gets its index within the command; a larger one in steps behind it. */
const BUILT_AT_ONCE = 1000;

export interface UnfinishedIndex {
  readonly collection: Collection;
  readonly index: IndexDefinition;
}

/** Outside transactions: reads what is committed, writes within the SQLite transaction of the running command. */
export class CommittedView implements StorageView {
  readonly #connection: SqliteConnection;
  readonly #catalog: Catalog;
  readonly #claims: WriteClaims;
  readonly #writer: DocumentWriter;
  readonly #commitNumber: number;
  /** What this command wrote; open transactions with an older snapshot conflict with it. */
  readonly written = new Set<string>();
  /** Indexes this command has begun and that are to be filled before it is answered. */
  readonly unfinished: UnfinishedIndex[] = [];

  constructor(connection: SqliteConnection, catalog: Catalog, claims: WriteClaims, commitNumber: number) {
    this.#connection = connection;
    this.#catalog = catalog;
    this.#claims = claims;
    this.#writer = new DocumentWriter(connection, catalog);
    this.#commitNumber = commitNumber;
  }

  collection(namespace: string): Collection | undefined {
    return this.#catalog.get(namespace);
  }

  collections(database: string): readonly Collection[] {
    return this.#catalog.list(database);
  }

  ensureCollection(namespace: string): Collection {
    return this.#catalog.get(namespace) ?? this.createCollection(namespace, {});
  }

  createCollection(namespace: string, options: BsonDocument): Collection {
    const target = namespaceTarget(namespace);
    this.#claims.assertUnclaimed(target);
    this.written.add(target);
    return this.#catalog.create(this.#connection, namespace, options, this.#commitNumber);
  }

  dropCollection(collection: Collection): void {
    this.#claims.assertNoneClaimed();
    this.#catalog.drop(this.#connection, collection, this.#commitNumber);
  }

  createIndex(collection: Collection, specification: BsonDocument): void {
    this.#claims.assertNoneClaimed();
    const index = this.#catalog.addIndex(this.#connection, collection, specification);
    const isSmall = this.#writer.buildEntries(collection, [index], { after: 0, limit: BUILT_AT_ONCE + 1 }) === undefined;
    if (isSmall) this.#catalog.finishIndex(this.#connection, collection, index, this.#commitNumber);
    else this.unfinished.push({ collection, index });
  }

  dropIndex(collection: Collection, index: IndexDefinition): void {
    this.#claims.assertNoneClaimed();
    this.#catalog.dropIndex(this.#connection, collection, index);
  }

  /** Gives a collection a name that is free. */
  renameCollection(collection: Collection, namespace: string): void {
    this.#claims.assertNoneClaimed();
    this.#catalog.rename(this.#connection, collection, namespace, this.#commitNumber);
  }

  setCollectionOptions(collection: Collection, options: BsonDocument): void {
    this.#catalog.setOptions(this.#connection, collection, options);
  }

  /** Changes what does not concern an index's entries: hidden, expireAfterSeconds. */
  replaceIndexSpecification(collection: Collection, index: IndexDefinition, specification: BsonDocument): void {
    this.#claims.assertNoneClaimed();
    this.#catalog.replaceSpecification(this.#connection, collection, index, specification);
  }

  usableIndexes(collection: Collection): readonly IndexDefinition[] {
    return collection.indexes.filter((index) => !index.isBuilding && !index.isHidden);
  }

  keepsIndexOrder(): boolean {
    return true;
  }

  scan(collection: Collection, path: AccessPath): Iterable<StoredDocument> {
    return scanDocuments(this.#connection, collection, path);
  }

  count(collection: Collection): number {
    return countDocuments(this.#connection, collection);
  }

  countExact(_collection: Collection, path: IndexScan): number {
    return countEntries(this.#connection, path);
  }

  insert(collection: Collection, document: BsonDocument, bytes: Uint8Array): void {
    this.#writeKeys(collection, document);
    const rid = this.#writer.insert(collection, document, bytes);
    if (this.#claims.hasTransactions) this.written.add(documentTarget(collection.id, rid));
  }

  replace(collection: Collection, stored: StoredDocument, before: BsonDocument, after: BsonDocument, bytes: Uint8Array): void {
    this.#writeDocument(collection, stored);
    this.#writeKeys(collection, after);
    this.#writer.replace(collection, stored.rid, before, after, bytes);
  }

  remove(collection: Collection, stored: StoredDocument, document: BsonDocument): void {
    this.#writeDocument(collection, stored);
    this.#writer.remove(collection, stored.rid, document);
  }

  #writeDocument(collection: Collection, stored: StoredDocument): void {
    if (!this.#claims.hasTransactions) return;
    const target = documentTarget(collection.id, stored.rid);
    this.#claims.assertUnclaimed(target);
    this.written.add(target);
  }

  #writeKeys(collection: Collection, document: BsonDocument): void {
    if (!this.#claims.hasTransactions) return;
    for (const index of collection.indexes) {
      if (!index.isUnique) continue;
      for (const key of indexKeysOf(index, document).keys) {
        const target = keyTarget(index.id, key);
        this.#claims.assertUnclaimed(target);
        this.written.add(target);
      }
    }
  }
}

/** Narrows a view for commands that change the catalog; these are not allowed inside a transaction. */
export function requireCommittedView(view: StorageView): CommittedView {
  if (view instanceof CommittedView) return view;
  throw new CommandError(263, 'Cannot change collections or indexes inside a multi-document transaction');
}
