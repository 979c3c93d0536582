import { PreparedQuery } from './execution/find-documents.ts';
import type { Collection } from './storage/catalog.ts';
import type { DocumentStore } from './storage/document-store.ts';
import type { IndexDefinition } from './storage/index-definition.ts';
import { ClaimedByTransaction } from './storage/write-claims.ts';

const BATCH_SIZE = 1000;

/** Removes documents whose TTL index says they have expired at `nowMs`, a batch at a time; returns how many. */
export async function removeExpired(store: DocumentStore, nowMs: number): Promise<number> {
  let removed = 0;
  for (const collection of store.catalog.all()) {
    for (const index of collection.indexes) {
      if (index.expireAfterSeconds === undefined) continue;
      const cutoff = new Date(nowMs - index.expireAfterSeconds * 1000);
      for (let count = BATCH_SIZE; count === BATCH_SIZE; removed += count)
        count = await removeBatch(store, collection, index, cutoff);
    }
  }
  return removed;
}

/** An array of dates expires with its earliest one, which is what `$lte` on an array asks. */
async function removeBatch(store: DocumentStore, collection: Collection, index: IndexDefinition, cutoff: Date): Promise<number> {
  const path = index.fields[0]?.path ?? '';
  const filter = index.partialFilter === undefined ? {} : { $and: [index.partialFilter] };
  const query = new PreparedQuery({ filter: { ...filter, [path]: { $lte: cutoff } }, limit: BATCH_SIZE });
  try {
    return await store.writeTogether((view) => {
      if (collection.isDropped) return 0;
      const expired = [...query.run(view, collection)];
      for (const { stored, document } of expired) view.remove(collection, stored, document);
      return expired.length;
    });
  } catch (error) {
    if (error instanceof ClaimedByTransaction) return 0; // the next sweep takes it
    throw error;
  }
}
