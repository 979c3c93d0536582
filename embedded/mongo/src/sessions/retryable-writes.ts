import { CommandError } from '../command-error.ts';
import type { SqliteConnection } from '../storage/sqlite-connection.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import { encodeReply, type Reply } from '../wire/reply.ts';

const KEPT_MS = 30 * 60_000;

/** A write a driver may send again: session and number name it for good. */
export interface WriteIdentity {
  readonly session: Uint8Array;
  readonly number: bigint;
}

/**
 * The answer of each session's last write, stored in the same SQLite transaction as the write itself. A repeated number, even after
 * a crash, gets the stored answer and changes nothing.
 */
export function storedReply(connection: SqliteConnection, identity: WriteIdentity): Reply | undefined {
  const row = connection.statement('SELECT number, reply FROM retryable_writes WHERE session = ?').get(identity.session);
  if (row === undefined) return undefined;
  const number = BigInt(Number(row['number']));
  if (number > identity.number) {
    throw new CommandError(
      225,
      `Retryable write with txnNumber ${identity.number} is prohibited; a newer one with ${number} has already started`,
    );
  }
  return number === identity.number ? decodeDocument(row['reply'] as Uint8Array) : undefined; // a BLOB column
}

export function storeReply(connection: SqliteConnection, identity: WriteIdentity, reply: Reply, nowMs: number): void {
  connection
    .statement('INSERT OR REPLACE INTO retryable_writes (session, number, reply, at) VALUES (?, ?, ?, ?)')
    .run(identity.session, identity.number, encodeReply(reply), nowMs);
}

export function forgetOldReplies(connection: SqliteConnection, nowMs: number): void {
  connection.statement('DELETE FROM retryable_writes WHERE at < ?').run(nowMs - KEPT_MS);
}
