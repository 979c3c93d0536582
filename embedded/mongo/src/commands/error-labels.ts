import type { CommandError } from '../command-error.ts';
import type { BsonDocument } from '../values/bson-value.ts';

/** Errors after which a write may be sent again (MongoDB's category RetriableError). */
const RETRYABLE = new Set([
  6, 7, 63, 89, 91, 134, 150, 189, 234, 262, 314, 317, 358, 384, 9001, 10107, 11600, 11602, 13388, 13435, 13436,
]);
/** Errors after which a whole transaction may be run again, besides the retryable ones: lock time-out, conflict, lost snapshot. */
const TRANSIENT = new Set([24, 112, 246, 251, 267]);
const NO_SUCH_TRANSACTION = 251;

/**
 * The labels MongoDB gives an error, from which drivers know what may be tried again
 * (https://github.com/mongodb/specifications/blob/master/source/transactions/transactions.md, "Error reporting changes").
 */
export function errorLabelsOf(error: CommandError, name: string, body: BsonDocument): readonly string[] {
  const given = error.fields['errorLabels'];
  if (Array.isArray(given)) return given.map(String);
  const isEnd = isTransactionEnd(name);
  const isInTransaction = body['autocommit'] === false;
  const labels: string[] = [];
  const isTransient = isEnd
    ? error.code === NO_SUCH_TRANSACTION
    : isInTransaction && (TRANSIENT.has(error.code) || RETRYABLE.has(error.code));
  if (isTransient) labels.push('TransientTransactionError');
  if (isRetryableWrite(name, body) && RETRYABLE.has(error.code)) labels.push('RetryableWriteError');
  return labels;
}

/** True for the code of a write concern error after which the write may be sent again. */
export const isRetryableCode = (code: number): boolean => RETRYABLE.has(code);

/** A write a driver may send twice, or the end of a transaction, which it may always send twice. */
export const isRetryableWrite = (name: string, body: BsonDocument): boolean =>
  body['txnNumber'] !== undefined && (body['autocommit'] !== false || isTransactionEnd(name));

const isTransactionEnd = (name: string): boolean => name === 'commitTransaction' || name === 'abortTransaction';
