import type { AccessPath } from '../planner/access-path.ts';
import { CommandError } from '../command-error.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { Catalog, Collection } from './catalog.ts';
import { countDocuments, findKeyOwner, scanDocuments, type StoredDocument } from './document-table.ts';
import { duplicateKeyError } from './duplicate-key.ts';
import type { IndexDefinition } from './index-definition.ts';
import { indexKeysOf } from './index-keys.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { StorageView } from './storage-view.ts';
import { documentTarget, keyTarget, type ClaimOwner, type WriteClaims } from './write-claims.ts';

/** A changed document of a transaction: `before` is absent for an insert, `after` for a removal. */
export interface PendingWrite {
  readonly rid: number;
  readonly before: BsonDocument | undefined;
  readonly after: { readonly document: BsonDocument; readonly bytes: Uint8Array } | undefined;
}

/** Writes of one collection by row number; inserted documents have negative numbers until they are committed. */
export type PendingWrites = Map<number, PendingWrite>;

export interface TransactionSource {
  readonly connection: SqliteConnection;
  readonly catalog: Catalog;
  readonly claims: WriteClaims;
  readonly owner: ClaimOwner;
  /** Number of the last commit the snapshot contains. */
  readonly snapshot: number;
  /** Creates a collection outside the transaction; returns the number of the renewed snapshot when that was allowed. */
  readonly createCollection: (namespace: string, canRenew: boolean) => number | undefined;
}

/** A transaction's snapshot (a SQLite read transaction on its own connection) with the transaction's writes laid over it. */
export class TransactionView implements StorageView {
  readonly #source: TransactionSource;
  readonly #connection: SqliteConnection;
  #snapshot: number;
  #hasRead = false;
  #nextRid = -1;
  readonly pending = new Map<Collection, PendingWrites>();

  constructor(source: TransactionSource) {
    this.#source = source;
    this.#connection = source.connection;
    this.#snapshot = source.snapshot;
  }

  collection(namespace: string): Collection | undefined {
    const collection = this.#source.catalog.get(namespace);
    const changedAt = Math.max(collection?.createdAt ?? 0, this.#source.catalog.droppedAt(namespace));
    if (changedAt <= this.#snapshot) return collection;
    throw snapshotUnavailable(namespace);
  }

  collections(database: string): readonly Collection[] {
    return this.#source.catalog.list(database);
  }

  ensureCollection(namespace: string): Collection {
    const collection = this.collection(namespace);
    if (collection !== undefined) return collection;
    const renewed = this.#source.createCollection(namespace, !this.#hasRead && this.pending.size === 0);
    if (renewed === undefined) throw snapshotUnavailable(namespace);
    this.#snapshot = renewed;
    const created = this.collection(namespace);
    if (created === undefined) throw snapshotUnavailable(namespace);
    return created;
  }

  usableIndexes(collection: Collection): readonly IndexDefinition[] {
    return collection.indexes.filter((index) => index.createdAt <= this.#snapshot);
  }

  keepsIndexOrder(collection: Collection): boolean {
    return !this.pending.has(collection);
  }

  *scan(collection: Collection, path: AccessPath): Iterable<StoredDocument> {
    this.#hasRead = true;
    const writes = this.pending.get(collection);
    if (writes === undefined) {
      yield* scanDocuments(this.#connection, collection, path);
      return;
    }
    const laidOver = new Map(writes);
    for (const stored of scanDocuments(this.#connection, collection, path)) if (!laidOver.has(stored.rid)) yield stored;
    for (const { rid, after } of laidOver.values()) if (after !== undefined) yield { rid, bytes: after.bytes };
  }

  count(collection: Collection): number {
    this.#hasRead = true;
    let count = countDocuments(this.#connection, collection);
    for (const { before, after, rid } of this.pending.get(collection)?.values() ?? []) {
      if (rid < 0 && after !== undefined) count += 1;
      if (rid > 0 && before !== undefined && after === undefined) count -= 1;
    }
    return count;
  }

  insert(collection: Collection, document: BsonDocument, bytes: Uint8Array): void {
    this.#claimKeys(collection, document, undefined);
    const rid = this.#nextRid;
    this.#nextRid -= 1;
    this.#writesOf(collection).set(rid, { rid, before: undefined, after: { document, bytes } });
  }

  replace(collection: Collection, stored: StoredDocument, before: BsonDocument, after: BsonDocument, bytes: Uint8Array): void {
    this.#claimDocument(collection, stored.rid);
    this.#claimKeys(collection, after, stored.rid);
    const writes = this.#writesOf(collection);
    const original = this.#originalOf(writes, stored.rid, before);
    writes.set(stored.rid, { rid: stored.rid, before: original, after: { document: decodeDocument(bytes), bytes } });
  }

  remove(collection: Collection, stored: StoredDocument, document: BsonDocument): void {
    this.#claimDocument(collection, stored.rid);
    const writes = this.#writesOf(collection);
    if (stored.rid < 0) writes.delete(stored.rid);
    else writes.set(stored.rid, { rid: stored.rid, before: this.#originalOf(writes, stored.rid, document), after: undefined });
  }

  #originalOf(writes: PendingWrites, rid: number, current: BsonDocument): BsonDocument | undefined {
    if (rid < 0) return undefined;
    return writes.get(rid)?.before ?? current;
  }

  #writesOf(collection: Collection): PendingWrites {
    const known = this.pending.get(collection);
    if (known !== undefined) return known;
    const writes: PendingWrites = new Map();
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
    const owner = index.createdAt <= this.#snapshot ? findKeyOwner(this.#connection, index, key) : undefined;
    if (owner !== undefined && owner !== rid && writes?.has(owner) !== true) return true;
    for (const write of writes?.values() ?? []) {
      if (write.rid === rid || write.after === undefined) continue;
      if (indexKeysOf(index, write.after.document).keys.some((other) => other.equals(key))) return true;
    }
    return false;
  }
}

/** Transient: the driver runs the transaction again, with a snapshot that contains the collection as it is now. */
function snapshotUnavailable(namespace: string): CommandError {
  return new CommandError(246, `Unable to read from a snapshot due to pending collection catalog changes to ${namespace}`, {
    errorLabels: ['TransientTransactionError'],
  });
}
