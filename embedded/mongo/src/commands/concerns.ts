import { CommandError, failedToParse, notSupported } from '../command-error.ts';
import { documentField } from '../execution/read-request.ts';
import { isNumber, type BsonDocument } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';

const READ_LEVELS = ['local', 'available', 'majority', 'linearizable', 'snapshot'];
const TRANSACTION_READ_LEVELS = ['local', 'majority', 'snapshot'];

/** Every level this server accepts means the same here: one member, whose acknowledged writes are on its disk. */
export function assertConcerns(body: BsonDocument): void {
  if (body['writeConcern'] !== undefined) assertWriteConcern(documentField(body, 'writeConcern'));
  if (body['readConcern'] === undefined) return;
  const { level, atClusterTime } = documentField(body, 'readConcern');
  if (level !== undefined && (typeof level !== 'string' || !READ_LEVELS.includes(level)))
    throw failedToParse('Invalid readConcern level');
  if (atClusterTime !== undefined || (level === 'snapshot' && body['autocommit'] === undefined)) {
    throw notSupported('a snapshot read outside a transaction');
  }
}

function assertWriteConcern({ w }: BsonDocument): void {
  if (isNumber(w) && toDouble(w) > 1) throw new CommandError(100, 'Not enough data-bearing nodes');
  if (typeof w === 'string' && w !== 'majority')
    throw new CommandError(79, `No write concern mode named '${w}' found in replica set configuration`);
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
