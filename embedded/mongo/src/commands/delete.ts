import { failedToParse } from '../command-error.ts';
import { PreparedQuery } from '../execution/find-documents.ts';
import { assertKnownFields, documentField, documentsIn, integerField, namespaceOf } from '../execution/read-request.ts';
import { parseCollation } from '../values/collation.ts';
import type { Command } from './command.ts';
import { commandVariables } from './query-options.ts';
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
    let deleted = 0;
    const errors = runBatch(body, documentsIn(body, 'deletes'), (statement) => {
      assertKnownFields(statement, 'delete.deletes', STATEMENT_FIELDS);
      const limit = integerField(statement, 'limit');
      if (limit !== 0 && limit !== 1) throw failedToParse('The limit field in delete objects must be 0 or 1');
      const query = new PreparedQuery({
        filter: documentField(statement, 'q'),
        limit,
        hint: statement['hint'],
        collation: parseCollation(statement['collation']),
        variables,
      });
      const collection = view.collection(namespace);
      if (collection === undefined) return;
      for (const { stored, document } of [...query.run(view, collection)]) {
        view.remove(collection, stored, document);
        deleted += 1;
      }
    });
    return { n: deleted, ...withErrors(errors) };
  },
};
