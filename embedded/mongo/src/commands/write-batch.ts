import { CommandError } from '../command-error.ts';
import { booleanField } from '../execution/read-request.ts';
import type { BsonDocument } from '../values/bson-value.ts';

export interface WriteErrorEntry {
  readonly index: number;
  readonly code: number;
  readonly errmsg: string;
}

/** Errors that end the whole command instead of one statement: the transaction, the disk, the time or a conflict is concerned. */
const COMMAND_ERRORS = new Set([50, 112, 246, 14031, 263]);

/** Runs the statements of a batch; `ordered` (the default) stops at the first error. */
export function runBatch<Statement>(
  body: BsonDocument,
  statements: readonly Statement[],
  run: (statement: Statement, index: number) => void,
): WriteErrorEntry[] {
  if (statements.length === 0 || statements.length > 100_000) {
    throw new CommandError(16, 'Write batch sizes must be between 1 and 100000');
  }
  const isOrdered = body['ordered'] === undefined || booleanField(body, 'ordered');
  const errors: WriteErrorEntry[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      if (!(error instanceof CommandError) || COMMAND_ERRORS.has(error.code)) throw error;
      errors.push({ index, code: error.code, errmsg: error.message, ...error.fields });
      if (isOrdered) break;
    }
  }
  return errors;
}

/** `writeErrors` only appears when there are any. */
export const withErrors = (errors: readonly WriteErrorEntry[]): { readonly writeErrors?: readonly WriteErrorEntry[] } =>
  errors.length === 0 ? {} : { writeErrors: errors };
