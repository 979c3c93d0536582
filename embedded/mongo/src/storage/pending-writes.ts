import type { AccessPath } from '../planner/access-path.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { StoredDocument } from './document-scan.ts';
import type { IndexDefinition } from './index-definition.ts';
import { indexKeysOf, type IndexKeys } from './index-keys.ts';
import { keyTarget } from './write-claims.ts';

/** A changed document of a transaction: `before` is absent for an insert, `after` for a removal. */
export interface PendingWrite {
  readonly rid: number;
  readonly before: BsonDocument | undefined;
  readonly after: { readonly document: BsonDocument; readonly bytes: Uint8Array } | undefined;
}

interface Entry extends PendingWrite {
  readonly keysOf: ReadonlyMap<number, IndexKeys>;
}

/** A transaction's writes to one collection by row number; inserted documents have negative numbers until they are committed. */
export class PendingWrites {
  readonly #entries = new Map<number, Entry>();
  readonly #ownerOfKey = new Map<string, number>();

  get(rid: number): PendingWrite | undefined {
    return this.#entries.get(rid);
  }

  has(rid: number): boolean {
    return this.#entries.has(rid);
  }

  all(): PendingWrite[] {
    return [...this.#entries.values()];
  }

  set(write: PendingWrite, indexes: readonly IndexDefinition[]): void {
    this.delete(write.rid);
    const { after } = write;
    const keysOf = new Map(after === undefined ? [] : indexes.map((index) => [index.id, indexKeysOf(index, after.document)]));
    this.#entries.set(write.rid, { ...write, keysOf });
    for (const index of indexes) {
      if (!index.isUnique) continue;
      for (const key of keysOf.get(index.id)?.keys ?? []) this.#ownerOfKey.set(keyTarget(index.id, key), write.rid);
    }
  }

  delete(rid: number): void {
    for (const [indexId, { keys }] of this.#entries.get(rid)?.keysOf ?? []) {
      for (const key of keys) {
        const target = keyTarget(indexId, key);
        if (this.#ownerOfKey.get(target) === rid) this.#ownerOfKey.delete(target);
      }
    }
    this.#entries.delete(rid);
  }

  /** The pending document that holds a unique key. */
  ownerOf(index: IndexDefinition, key: Buffer): number | undefined {
    return this.#ownerOfKey.get(keyTarget(index.id, key));
  }

  /** Pending documents an access path leads to. */
  along(path: AccessPath): StoredDocument[] {
    const found: StoredDocument[] = [];
    for (const { rid, after, keysOf } of this.#entries.values()) {
      if (after !== undefined && leadsTo(path, keysOf)) found.push({ rid, bytes: after.bytes });
    }
    return found;
  }
}

/** With an array below the index the bounds may have been chosen for an index without arrays, so they exclude nothing. */
function leadsTo(path: AccessPath, keysOf: ReadonlyMap<number, IndexKeys>): boolean {
  if (path.kind === 'collection') return true;
  if (path.kind === 'union') return path.branches.some((branch) => leadsTo(branch, keysOf));
  const own = keysOf.get(path.index.id);
  if (own === undefined || own.isMultikey) return true;
  return own.keys.some((key) =>
    path.ranges.some(({ low, high }) => Buffer.compare(key, low) >= 0 && (high === undefined || Buffer.compare(key, high) < 0)),
  );
}
