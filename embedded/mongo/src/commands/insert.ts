import { CommandError } from '../command-error.ts';
import { booleanField, documentsIn, namespaceOf } from '../execution/read-request.ts';
import { insertDocument } from '../execution/write-documents.ts';
import type { Command } from './command.ts';
import { runBatch, withErrors } from './write-batch.ts';

export const insertCommand: Command = {
  name: 'insert',
  fields: ['documents', 'ordered', 'bypassDocumentValidation'],
  kind: 'write',
  isAllowedInTransaction: true,
  run: ({ body, view, now }) => {
    const namespace = namespaceOf(body, 'insert');
    assertWritable(namespace);
    const documents = documentsIn(body, 'documents');
    const options = { now, bypassesValidation: booleanField(body, 'bypassDocumentValidation') };
    let inserted = 0;
    const errors = runBatch(body, documents, (document) => {
      insertDocument(view, view.ensureCollection(namespace), document, options);
      inserted += 1;
    });
    return { n: inserted, ...withErrors(errors) };
  },
};

/** Collections called `system.…` belong to the server. */
export function assertWritable(namespace: string): void {
  const collection = namespace.slice(namespace.indexOf('.') + 1);
  if (collection.startsWith('system.')) throw new CommandError(73, `cannot write to '${namespace}'`);
}
