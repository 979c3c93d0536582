import { Int32, Timestamp } from 'bson';
import { CommandError, failedToParse } from '../command-error.ts';
import { documentField } from '../execution/read-request.ts';
import { isNumber, type BsonDocument } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';

const READ_LEVELS = ['local', 'available', 'majority', 'linearizable', 'snapshot'];
const TRANSACTION_READ_LEVELS = ['local', 'majority', 'snapshot'];

const SNAPSHOT_READERS = ['find', 'aggregate', 'distinct'];

/**
 * Every read level but `snapshot` means the same here: one member, whose acknowledged writes are on its disk. Returns true for
 * a snapshot read outside a transaction.
 */
export function isSnapshotRead(name: string, body: BsonDocument): boolean {
  if (body['readConcern'] === undefined) return false;
  const { level, atClusterTime } = documentField(body, 'readConcern');
  if (level !== undefined && (typeof level !== 'string' || !READ_LEVELS.includes(level)))
    throw failedToParse('Invalid readConcern level');
  const isSnapshot = level === 'snapshot' && body['autocommit'] === undefined;
  if (atClusterTime !== undefined && level !== 'snapshot')
    throw new CommandError(72, "readConcern.atClusterTime is only allowed with level 'snapshot'");
  if (isSnapshot && !SNAPSHOT_READERS.includes(name))
    throw new CommandError(72, `Command ${name} does not support readConcern { level: 'snapshot' } outside a transaction`);
  return isSnapshot;
}

/** The time a snapshot read asks for. */
export function snapshotTime(body: BsonDocument): Timestamp | undefined {
  const { atClusterTime } = documentField(body, 'readConcern');
  if (atClusterTime === undefined) return undefined;
  if (atClusterTime instanceof Timestamp) return atClusterTime;
  throw new CommandError(14, "BSON field 'readConcern.atClusterTime' is the wrong type, expected type 'timestamp'");
}

/**
 * The error of a write concern one member cannot meet. MongoDB carries the write out all the same, and says so beside the answer.
 */
export function writeConcernErrorOf(body: BsonDocument): BsonDocument | undefined {
  if (body['writeConcern'] === undefined) return undefined;
  const { w } = documentField(body, 'writeConcern');
  if (isNumber(w) && toDouble(w) > 1)
    return { code: new Int32(100), codeName: 'UnsatisfiableWriteConcern', errmsg: 'Not enough data-bearing nodes' };
  if (typeof w !== 'string' || w === 'majority') return undefined;
  const errmsg = `No write concern mode named '${w}' found in replica set configuration`;
  return { code: new Int32(79), codeName: 'UnknownReplWriteConcern', errmsg };
}

/** A transaction has one read concern, given with its first statement, and one write concern, given with its commit. */
export function assertTransactionConcerns(body: BsonDocument, isStart: boolean): void {
  if (body['writeConcern'] !== undefined)
    throw new CommandError(72, 'writeConcern is not allowed within a multi-statement transaction');
  if (body['readConcern'] === undefined) return;
  if (!isStart) throw new CommandError(72, 'Only the first command in a transaction may specify a readConcern');
  const { level } = documentField(body, 'readConcern');
  if (level !== undefined && (typeof level !== 'string' || !TRANSACTION_READ_LEVELS.includes(level))) {
    throw new CommandError(72, "The readConcern level must be either 'local', 'majority' or 'snapshot' in a transaction");
  }
}
