import type { AccessPath, IndexScan } from '../planner/access-path.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { Collection } from './catalog.ts';
import type { IndexDefinition } from './index-definition.ts';
import type { StoredDocument } from './document-scan.ts';

/** What a command sees of the data: everything committed, or the snapshot of its transaction with its own writes. */
export interface StorageView {
  collection(namespace: string): Collection | undefined;
  collections(database: string): readonly Collection[];
  /** The collection, created when it is not there. */
  ensureCollection(namespace: string): Collection;
  createCollection(namespace: string, options: BsonDocument): Collection;
  createIndex(collection: Collection, specification: BsonDocument): void;
  /** Indexes this view may read from. */
  usableIndexes(collection: Collection): readonly IndexDefinition[];
  /** False when documents come in another order than the index's, so that a sort is needed in any case. */
  keepsIndexOrder(collection: Collection): boolean;
  scan(collection: Collection, path: AccessPath): Iterable<StoredDocument>;
  count(collection: Collection): number;
  /** How many documents an exact index scan leads to; undefined when documents have to be read to know. */
  countExact(collection: Collection, path: IndexScan): number | undefined;
  insert(collection: Collection, document: BsonDocument, bytes: Uint8Array): void;
  replace(collection: Collection, stored: StoredDocument, before: BsonDocument, after: BsonDocument, bytes: Uint8Array): void;
  remove(collection: Collection, stored: StoredDocument, document: BsonDocument): void;
}
