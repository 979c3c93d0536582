import type { AccessPath, IndexScan, KeyRange } from '../planner/access-path.ts';
import { CommandError } from '../command-error.ts';
import type { Collection } from './catalog.ts';
import type { IndexDefinition } from './index-definition.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** A document as stored: its row number and BSON bytes. */
export interface StoredDocument {
  readonly rid: number;
  readonly bytes: Uint8Array;
}

const FIRST_CHUNK_ROWS = 16;
const LARGEST_CHUNK_ROWS = 512;
const LARGEST_CHUNK_BYTES = 4 * 1024 * 1024;

/** Sizes of successive reads: no statement stays open between them, and large documents are read few at a time. */
class ChunkSize {
  rows = FIRST_CHUNK_ROWS;

  adapt(bytes: number): void {
    if (bytes > LARGEST_CHUNK_BYTES) this.rows = Math.max(1, Math.floor(this.rows / 2));
    else if (bytes < LARGEST_CHUNK_BYTES / 2) this.rows = Math.min(LARGEST_CHUNK_ROWS, this.rows * 2);
  }
}

/** Candidates along an access path. A document that several index entries or branches lead to comes once. */
export function* scanDocuments(
  connection: SqliteConnection,
  collection: Collection,
  path: AccessPath,
): Generator<StoredDocument> {
  if (path.kind === 'collection') {
    yield* scanTable(connection, collection, path.isReverse);
    return;
  }
  const branches = path.kind === 'union' ? path.branches : [path];
  const seen = path.kind === 'union' || path.index.isMultikey ? new Set<number>() : undefined;
  for (const branch of branches) {
    for (const range of branch.isReverse ? branch.ranges.toReversed() : branch.ranges) {
      for (const stored of scanRange(connection, collection, branch, range)) {
        if (seen?.has(stored.rid) === true) continue;
        seen?.add(stored.rid);
        yield stored;
      }
    }
  }
}

function* scanTable(connection: SqliteConnection, collection: Collection, isReverse: boolean): Generator<StoredDocument> {
  const size = new ChunkSize();
  const order = isReverse ? 'rid < ? ORDER BY rid DESC' : 'rid > ? ORDER BY rid';
  const sql = `SELECT body, rid FROM documents_${collection.id} WHERE ${order} LIMIT ?`;
  let last = isReverse ? Number.MAX_SAFE_INTEGER : 0;
  for (;;) {
    assertUsable(collection);
    const limit = size.rows;
    const chunk = readChunk(connection, sql, [last, limit]);
    size.adapt(chunk.bytes);
    yield* chunk.documents;
    const final = chunk.documents.at(-1);
    if (final === undefined || chunk.documents.length < limit) return;
    last = final.rid;
  }
}

/** Each further chunk begins behind the last entry read; that bound replaces the range's own, or SQLite would seek by the wrong one. */
function* scanRange(
  connection: SqliteConnection,
  collection: Collection,
  { index, isReverse }: IndexScan,
  { low, high }: KeyRange,
): Generator<StoredDocument> {
  const size = new ChunkSize();
  const direction = isReverse ? 'DESC' : 'ASC';
  const select = (bounds: string): string =>
    `SELECT d.body, i.rid, i.key FROM index_${index.id} i CROSS JOIN documents_${collection.id} d ON d.rid = i.rid ` +
    `WHERE ${bounds} ORDER BY i.key ${direction}, i.rid ${direction} LIMIT ?`;
  const upper = high === undefined ? '' : ' AND i.key < ?';
  const first = select(`i.key >= ?${upper}`);
  const next = select(isReverse ? 'i.key >= ? AND (i.key, i.rid) < (?, ?)' : `(i.key, i.rid) > (?, ?)${upper}`);
  const limits = high === undefined ? [low] : [low, high];
  let position: readonly [Uint8Array, number] | undefined;
  for (;;) {
    assertUsable(collection, index);
    const limit = size.rows;
    const bounds = isReverse ? [low, ...(position ?? [])] : [...(position ?? []), ...limits.slice(1)];
    const chunk = readChunk(connection, position === undefined ? first : next, [
      ...(position === undefined ? limits : bounds),
      limit,
    ]);
    size.adapt(chunk.bytes);
    yield* chunk.documents;
    const final = chunk.documents.at(-1);
    if (final === undefined || chunk.lastKey === undefined || chunk.documents.length < limit) return;
    position = [chunk.lastKey, final.rid];
  }
}

interface Chunk {
  readonly documents: readonly StoredDocument[];
  readonly bytes: number;
  readonly lastKey: Uint8Array | undefined;
}

function readChunk(connection: SqliteConnection, sql: string, parameters: readonly (number | Uint8Array)[]): Chunk {
  // Columns in this order: a BLOB, an INTEGER and, from an index, a BLOB.
  const rows = connection.rows(sql).all(...parameters) as unknown as [Uint8Array, number, Uint8Array?][];
  let bytes = 0;
  const documents = rows.map(([body, rid]) => {
    bytes += body.length;
    return { rid, bytes: body };
  });
  return { documents, bytes, lastKey: rows.at(-1)?.[2] };
}

function assertUsable(collection: Collection, index?: IndexDefinition): void {
  const isGone = collection.isDropped || (index !== undefined && !collection.indexes.some((other) => other.id === index.id));
  if (isGone) throw new CommandError(175, `collection or index dropped while reading ${collection.namespace}`);
}

export function countDocuments(connection: SqliteConnection, collection: Collection): number {
  const row = connection.statement(`SELECT count(*) AS n FROM documents_${collection.id}`).get();
  return Number(row?.['n'] ?? 0);
}

/** Entries within the ranges of an index, without reading a document. */
export function countEntries(connection: SqliteConnection, { index, ranges }: IndexScan): number {
  let count = 0;
  for (const { low, high } of ranges) {
    const upper = high === undefined ? '' : ' AND key < ?';
    const row = connection
      .statement(`SELECT count(*) AS n FROM index_${index.id} WHERE key >= ?${upper}`)
      .get(low, ...(high === undefined ? [] : [high]));
    count += Number(row?.['n'] ?? 0);
  }
  return count;
}

/** Row of the document that owns a unique key, if any. */
export function findKeyOwner(connection: SqliteConnection, index: IndexDefinition, key: Uint8Array): number | undefined {
  const row = connection.statement(`SELECT rid FROM index_${index.id} WHERE key = ? LIMIT 1`).get(key);
  return row === undefined ? undefined : Number(row['rid']);
}
