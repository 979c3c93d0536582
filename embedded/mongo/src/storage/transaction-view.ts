import type { AccessPath, IndexScan } from '../planner/access-path.ts';
import { CommandError } from '../command-error.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { Catalog, Collection } from './catalog.ts';
import { countDocuments, countEntries, findKeyOwner, scanDocuments, type StoredDocument } from './document-scan.ts';
import { duplicateKeyError } from './duplicate-key.ts';
import type { IndexDefinition } from './index-definition.ts';
import { indexKeysOf } from './index-keys.ts';
import { PendingWrites } from './pending-writes.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { StorageView } from './storage-view.ts';
import { documentTarget, keyTarget, namespaceTarget, type ClaimOwner, type WriteClaims } from './write-claims.ts';

export interface TransactionSource {
  readonly connection: SqliteConnection;
  readonly catalog: Catalog;
  readonly claims: WriteClaims;
  readonly owner: ClaimOwner;
  /** Number of the last commit the snapshot contains. */
  readonly snapshot: number;
}

/** A transaction's snapshot (a SQLite read transaction on its own connection) with the transaction's writes laid over it. */
export class TransactionView implements StorageView {
  readonly #source: TransactionSource;
  readonly #connection: SqliteConnection;
  readonly #snapshot: number;
  /** Collections this transaction has created; they become real when it commits. */
  readonly #drafts = new Map<string, Collection>();
  #nextRid = -1;
  #isEnded = false;
  readonly pending = new Map<Collection, PendingWrites>();

  constructor(source: TransactionSource) {
    this.#source = source;
    this.#connection = source.connection;
    this.#snapshot = source.snapshot;
  }

  get drafts(): readonly Collection[] {
    return [...this.#drafts.values()];
  }

  /** Call before its connection gets another snapshot: cursors that still read here end with an error. */
  end(): void {
    this.#isEnded = true;
  }

  collection(namespace: string): Collection | undefined {
    const draft = this.#drafts.get(namespace);
    if (draft !== undefined) return draft;
    const collection = this.#source.catalog.get(namespace);
    const changedAt = Math.max(collection?.createdAt ?? 0, this.#source.catalog.droppedAt(namespace));
    if (changedAt <= this.#snapshot) return collection;
    throw snapshotUnavailable(namespace);
  }

  collections(database: string): readonly Collection[] {
    const drafts = this.drafts.filter(({ namespace }) => namespace.startsWith(`${database}.`));
    return [...this.#source.catalog.list(database), ...drafts];
  }

  ensureCollection(namespace: string): Collection {
    return this.collection(namespace) ?? this.createCollection(namespace, {});
  }

  createCollection(namespace: string, options: BsonDocument): Collection {
    this.#source.claims.claim(namespaceTarget(namespace), this.#source.owner, this.#snapshot);
    const draft = this.#source.catalog.draft(namespace, options);
    this.#drafts.set(namespace, draft);
    return draft;
  }

  createIndex(collection: Collection, specification: BsonDocument): void {
    const isEmptyDraft = this.#isDraft(collection) && !this.pending.has(collection);
    if (!isEmptyDraft) {
      const message = `Cannot create new indexes on existing collection ${collection.namespace} in a multi-document transaction.`;
      throw new CommandError(263, message);
    }
    this.#source.catalog.draftIndex(collection, specification);
  }

  usableIndexes(collection: Collection): readonly IndexDefinition[] {
    return collection.indexes.filter((index) => !index.isBuilding && !index.isHidden && index.readyAt <= this.#snapshot);
  }

  keepsIndexOrder(collection: Collection): boolean {
    return !this.pending.has(collection);
  }

  *scan(collection: Collection, path: AccessPath): Iterable<StoredDocument> {
    const writes = this.pending.get(collection);
    const own = writes?.along(path) ?? [];
    // What the transaction changes while this scan goes on, as a cursor of it may, is not for this scan.
    const changed = new Set(writes?.all().map((write) => write.rid));
    if (!this.#isDraft(collection)) {
      for (const stored of scanDocuments(this.#connection, collection, path)) {
        if (this.#isEnded) throw new CommandError(239, 'The snapshot this cursor reads from is gone.');
        if (!changed.has(stored.rid)) yield stored;
      }
    }
    yield* own;
  }

  count(collection: Collection): number {
    let count = this.#isDraft(collection) ? 0 : countDocuments(this.#connection, collection);
    for (const { before, after, rid } of this.pending.get(collection)?.all() ?? []) {
      if (rid < 0 && after !== undefined) count += 1;
      if (rid > 0 && before !== undefined && after === undefined) count -= 1;
    }
    return count;
  }

  countExact(collection: Collection, path: IndexScan): number | undefined {
    if (this.pending.has(collection) || this.#isDraft(collection)) return undefined;
    return countEntries(this.#connection, path);
  }

  insert(collection: Collection, document: BsonDocument, bytes: Uint8Array): void {
    this.#claimKeys(collection, document, undefined);
    const rid = this.#nextRid;
    this.#nextRid -= 1;
    this.#writesOf(collection).set({ rid, before: undefined, after: { document, bytes } }, collection.indexes);
  }

  replace(collection: Collection, stored: StoredDocument, before: BsonDocument, after: BsonDocument, bytes: Uint8Array): void {
    this.#claimDocument(collection, stored.rid);
    this.#claimKeys(collection, after, stored.rid);
    const writes = this.#writesOf(collection);
    const original = originalOf(writes, stored.rid, before);
    writes.set({ rid: stored.rid, before: original, after: { document: decodeDocument(bytes), bytes } }, collection.indexes);
  }

  remove(collection: Collection, stored: StoredDocument, document: BsonDocument): void {
    this.#claimDocument(collection, stored.rid);
    const writes = this.#writesOf(collection);
    const before = originalOf(writes, stored.rid, document);
    if (stored.rid < 0) writes.delete(stored.rid);
    else writes.set({ rid: stored.rid, before, after: undefined }, collection.indexes);
  }

  #isDraft(collection: Collection): boolean {
    return this.#drafts.get(collection.namespace) === collection;
  }

  #writesOf(collection: Collection): PendingWrites {
    const known = this.pending.get(collection);
    if (known !== undefined) return known;
    const writes = new PendingWrites();
    this.pending.set(collection, writes);
    return writes;
  }

  #claimDocument(collection: Collection, rid: number): void {
    if (rid > 0) this.#source.claims.claim(documentTarget(collection.id, rid), this.#source.owner, this.#snapshot);
  }

  #claimKeys(collection: Collection, document: BsonDocument, rid: number | undefined): void {
    for (const index of collection.indexes) {
      const { keys } = indexKeysOf(index, document);
      if (!index.isUnique) continue;
      for (const key of keys) {
        if (this.#isTaken(collection, index, key, rid)) throw duplicateKeyError(collection, index, document);
      }
      for (const key of keys) this.#source.claims.claim(keyTarget(index.id, key), this.#source.owner, this.#snapshot);
    }
  }

  #isTaken(collection: Collection, index: IndexDefinition, key: Buffer, rid: number | undefined): boolean {
    const writes = this.pending.get(collection);
    const pendingOwner = writes?.ownerOf(index, key);
    if (pendingOwner !== undefined && pendingOwner !== rid) return true;
    const isInSnapshot = !this.#isDraft(collection) && !index.isBuilding && index.readyAt <= this.#snapshot;
    const owner = isInSnapshot ? findKeyOwner(this.#connection, index, key) : undefined;
    return owner !== undefined && owner !== rid && writes?.has(owner) !== true;
  }
}

/** The document as the snapshot has it; undefined for one the transaction itself has inserted. */
function originalOf(writes: PendingWrites, rid: number, current: BsonDocument): BsonDocument | undefined {
  if (rid < 0) return undefined;
  return writes.get(rid)?.before ?? current;
}

/** Transient: the driver runs the transaction again, with a snapshot that contains the collection as it is now. */
function snapshotUnavailable(namespace: string): CommandError {
  return new CommandError(246, `Unable to read from a snapshot due to pending collection catalog changes to ${namespace}`, {
    errorLabels: ['TransientTransactionError'],
  });
}
