import { CommandError, failedToParse } from '../command-error.ts';
import { PreparedQuery, type Query } from '../execution/find-documents.ts';
import { assertKnownFields, documentField, documentsIn, integerField, namespaceOf } from '../execution/read-request.ts';
import type { StorageView } from '../storage/storage-view.ts';
import type { Command } from './command.ts';
import { collationOf, commandVariables, hintOf } from './query-options.ts';
import { TimeLimit } from './time-limit.ts';
import { runBatch, withErrors } from './write-batch.ts';

const STATEMENT_FIELDS = new Set(['q', 'limit', 'hint', 'collation']);

export const deleteCommand: Command = {
  name: 'delete',
  fields: ['deletes', 'ordered', 'let'],
  kind: 'write',
  isAllowedInTransaction: true,
  run: ({ body, view, now }) => {
    const namespace = namespaceOf(body, 'delete');
    const variables = commandVariables(body, now);
    const { deadline } = new TimeLimit(body);
    let deleted = 0;
    const errors = runBatch(body, documentsIn(body, 'deletes'), (statement) => {
      assertKnownFields(statement, 'delete.deletes', STATEMENT_FIELDS);
      for (const name of ['q', 'limit']) {
        if (statement[name] === undefined)
          throw new CommandError(40414, `BSON field 'delete.deletes.${name}' is missing but a required field`);
      }
      const limit = integerField(statement, 'limit');
      if (limit !== 0 && limit !== 1) throw failedToParse('The limit field in delete objects must be 0 or 1');
      deleted += runDelete(view, namespace, {
        filter: documentField(statement, 'q'),
        limit,
        hint: hintOf(statement),
        collation: collationOf(statement['collation'], view.collection(namespace)),
        variables,
        deadline,
      });
    });
    return { n: deleted, ...withErrors(errors) };
  },
};

/** Removes what a query finds; returns how many. */
export function runDelete(view: StorageView, namespace: string, query: Query): number {
  const prepared = new PreparedQuery(query);
  const collection = view.collection(namespace);
  if (collection === undefined) return 0;
  const found = [...prepared.run(view, collection)];
  for (const { stored, document } of found) view.remove(collection, stored, document);
  return found.length;
}
