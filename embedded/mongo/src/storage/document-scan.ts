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

/**
 * Each further chunk begins behind the last entry read; that bound replaces the range's own, or SQLite would seek by the wrong one.
 * The last entry's key is read apart: keys in every row would cost as much as the documents.
 */
function* scanRange(
  connection: SqliteConnection,
  collection: Collection,
  { index, isReverse }: IndexScan,
  range: KeyRange,
): Generator<StoredDocument> {
  const size = new ChunkSize();
  let position: Position | undefined;
  for (;;) {
    assertUsable(collection, index);
    const limit = size.rows;
    const { where, parameters } = boundsOf(range, isReverse, position);
    const entries = `FROM index_${index.id} i`;
    const documents = `CROSS JOIN documents_${collection.id} d ON d.rid = i.rid`;
    const chunk = readChunk(connection, `SELECT d.body, i.rid ${entries} ${documents} ${where}`, [...parameters, limit]);
    size.adapt(chunk.bytes);
    yield* chunk.documents;
    if (chunk.documents.length < limit) return;
    const last = connection.rows(`SELECT i.key, i.rid ${entries} ${where} OFFSET ?`).get(...parameters, 1, limit - 1);
    position = last as unknown as Position; // a BLOB and an INTEGER column
  }
}

type Position = readonly [Uint8Array, number];

function boundsOf(
  { low, high }: KeyRange,
  isReverse: boolean,
  position: Position | undefined,
): { readonly where: string; readonly parameters: readonly (Uint8Array | number)[] } {
  const from = position !== undefined && !isReverse ? '(i.key, i.rid) > (?, ?)' : 'i.key >= ?';
  const to = position !== undefined && isReverse ? '(i.key, i.rid) < (?, ?)' : high === undefined ? undefined : 'i.key < ?';
  const direction = isReverse ? 'DESC' : 'ASC';
  const parameters = [
    ...(position !== undefined && !isReverse ? position : [low]),
    ...(position !== undefined && isReverse ? position : high === undefined ? [] : [high]),
  ];
  const bounds = to === undefined ? from : `${from} AND ${to}`;
  return { where: `WHERE ${bounds} ORDER BY i.key ${direction}, i.rid ${direction} LIMIT ?`, parameters };
}

interface Chunk {
  readonly documents: readonly StoredDocument[];
  readonly bytes: number;
}

function readChunk(connection: SqliteConnection, sql: string, parameters: readonly (number | Uint8Array)[]): Chunk {
  const rows = connection.rows(sql).all(...parameters) as unknown as [Uint8Array, number][]; // a BLOB and an INTEGER column
  let bytes = 0;
  const documents = rows.map(([body, rid]) => {
    bytes += body.length;
    return { rid, bytes: body };
  });
  return { documents, bytes };
}

function assertUsable(collection: Collection, index?: IndexDefinition): void {
  const isGone = collection.isDropped || (index !== undefined && !collection.indexes.some((other) => other.id === index.id));
  if (isGone) throw new CommandError(175, `collection or index dropped while reading ${collection.namespace}`);
}

export function countDocuments(connection: SqliteConnection, collection: Collection): number {
  // Every document has one entry in the index on _id, whose pages are far fewer than those of the documents.
  const [idIndex] = collection.indexes;
  const table = idIndex === undefined ? `documents_${collection.id}` : `index_${idIndex.id}`;
  const row = connection.statement(`SELECT count(*) AS n FROM ${table}`).get();
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
