import { documentsIn, namespaceOf } from '../execution/read-request.ts';
import { insertDocument } from '../execution/write-documents.ts';
import type { Command } from './command.ts';
import { runBatch, withErrors } from './write-batch.ts';

export const insertCommand: Command = {
  name: 'insert',
  fields: ['documents', 'ordered', 'bypassDocumentValidation'],
  kind: 'write',
  isAllowedInTransaction: true,
  run: ({ body, view }) => {
    const namespace = namespaceOf(body, 'insert');
    const documents = documentsIn(body, 'documents');
    let inserted = 0;
    const errors = runBatch(body, documents, (document) => {
      insertDocument(view, view.ensureCollection(namespace), document);
      inserted += 1;
    });
    return { n: inserted, ...withErrors(errors) };
  },
};
