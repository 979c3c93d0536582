import { CommandError, failedToParse } from '../command-error.ts';
import { assertKnownFields, booleanField, documentField, documentsIn, namespaceOf } from '../execution/read-request.ts';
import { runUpdate } from '../execution/write-documents.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import { parseCollation } from '../values/collation.ts';
import type { Command } from './command.ts';
import { commandVariables, refuseOptions } from './query-options.ts';
import { runBatch, withErrors } from './write-batch.ts';

const STATEMENT_FIELDS = new Set(['q', 'u', 'c', 'multi', 'upsert', 'arrayFilters', 'hint', 'collation', 'sort']);

export const updateCommand: Command = {
  name: 'update',
  fields: ['updates', 'ordered', 'let', 'bypassDocumentValidation'],
  kind: 'write',
  isAllowedInTransaction: true,
  run: ({ body, view, now }) => {
    const namespace = namespaceOf(body, 'update');
    const statements = documentsIn(body, 'updates');
    const variables = commandVariables(body, now);
    const upserted: { index: number; _id: BsonValue }[] = [];
    let matched = 0;
    let nModified = 0;
    const errors = runBatch(body, statements, (statement, index) => {
      const outcome = runUpdate(view, namespace, parseStatement(statement, variables), { now });
      matched += outcome.upserted === undefined ? outcome.matched : 1;
      nModified += outcome.modified;
      if (outcome.upserted !== undefined) upserted.push({ index, _id: outcome.upserted['_id'] });
    });
    return { n: matched, nModified, ...(upserted.length > 0 ? { upserted } : {}), ...withErrors(errors) };
  },
};

function parseStatement(statement: BsonDocument, variables: ReadonlyMap<string, BsonValue>): Parameters<typeof runUpdate>[2] {
  assertKnownFields(statement, 'update.updates', STATEMENT_FIELDS);
  refuseOptions(statement, ['c']);
  for (const name of ['q', 'u']) {
    if (statement[name] === undefined)
      throw new CommandError(40414, `BSON field 'update.updates.${name}' is missing but a required field`);
  }
  const isMulti = booleanField(statement, 'multi');
  if (isMulti && statement['sort'] !== undefined) throw failedToParse('Cannot specify sort with multi=true');
  return {
    query: {
      filter: documentField(statement, 'q'),
      sort: statement['sort'],
      hint: statement['hint'],
      collation: parseCollation(statement['collation']),
      variables,
    },
    update: statement['u'],
    arrayFilters: statement['arrayFilters'],
    isMulti,
    isUpsert: booleanField(statement, 'upsert'),
  };
}
