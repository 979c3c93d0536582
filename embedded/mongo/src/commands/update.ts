import { CommandError, failedToParse } from '../command-error.ts';
import { assertKnownFields, booleanField, documentField, documentsIn, namespaceOf } from '../execution/read-request.ts';
import { runUpdate, type UpdateOutcome } from '../execution/write-documents.ts';
import type { StorageView } from '../storage/storage-view.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Command } from './command.ts';
import { assertWritable } from './insert.ts';
import { collationOf, commandVariables, hintOf, statementVariables } from './query-options.ts';
import { TimeLimit } from './time-limit.ts';
import { runBatch, withErrors } from './write-batch.ts';

const STATEMENT_FIELDS = new Set(['q', 'u', 'c', 'multi', 'upsert', 'arrayFilters', 'hint', 'collation', 'sort']);

export const updateCommand: Command = {
  name: 'update',
  fields: ['updates', 'ordered', 'let', 'bypassDocumentValidation'],
  kind: 'write',
  isAllowedInTransaction: true,
  run: ({ body, view, now }) => {
    const namespace = namespaceOf(body, 'update');
    assertWritable(namespace);
    const statements = documentsIn(body, 'updates');
    const run = updateRunner(view, {
      variables: commandVariables(body, now),
      now,
      bypassesValidation: booleanField(body, 'bypassDocumentValidation'),
      deadline: new TimeLimit(body).deadline,
    });
    const upserted: { index: number; _id: BsonValue }[] = [];
    let matched = 0;
    let nModified = 0;
    const errors = runBatch(body, statements, (statement, index) => {
      assertKnownFields(statement, 'update.updates', STATEMENT_FIELDS);
      const outcome = run(namespace, statement);
      matched += outcome.upserted === undefined ? outcome.matched : 1;
      nModified += outcome.modified;
      if (outcome.upserted !== undefined) upserted.push({ index, _id: outcome.upserted['_id'] });
    });
    return { n: matched, nModified, ...(upserted.length > 0 ? { upserted } : {}), ...withErrors(errors) };
  },
};

interface UpdateOptions {
  readonly variables: ReadonlyMap<string, BsonValue>;
  readonly now: Date;
  readonly bypassesValidation: boolean;
  readonly deadline: (() => void) | undefined;
}

/** Runs statements in the form of the `update` command, for it and for `bulkWrite`. */
export function updateRunner(
  view: StorageView,
  options: UpdateOptions,
): (namespace: string, statement: BsonDocument) => UpdateOutcome {
  return (namespace, statement) => {
    for (const name of ['q', 'u']) {
      if (statement[name] === undefined)
        throw new CommandError(40414, `BSON field 'update.updates.${name}' is missing but a required field`);
    }
    const isMulti = booleanField(statement, 'multi');
    if (isMulti && statement['sort'] !== undefined) throw failedToParse('Cannot specify sort with multi=true');
    const constants = documentField(statement, 'c');
    const variables = statementVariables(constants, options.variables);
    const collation = collationOf(statement['collation'], view.collection(namespace));
    const parsed = {
      query: {
        filter: documentField(statement, 'q'),
        sort: statement['sort'],
        hint: hintOf(statement),
        collation,
        variables: options.variables,
        deadline: options.deadline,
      },
      update: statement['u'],
      arrayFilters: statement['arrayFilters'],
      isMulti,
      isUpsert: booleanField(statement, 'upsert'),
    };
    const hasConstants = statement['c'] !== undefined;
    return runUpdate(view, namespace, parsed, { ...options, variables, collation, hasConstants });
  };
}
