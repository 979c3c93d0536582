import { badValue } from '../command-error.ts';
import { PreparedQuery } from '../execution/find-documents.ts';
import { booleanField, documentField, integerField, namespaceOf, nonNegativeField } from '../execution/read-request.ts';
import { compileProjection } from '../query/projection.ts';
import { encodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import { parseCollation } from '../values/collation.ts';
import type { Command, CommandContext } from './command.ts';
import { commandVariables, refuseOptions } from './query-options.ts';
import type { Reply } from '../wire/reply.ts';

const REFUSED = ['tailable', 'awaitData', 'returnKey', 'showRecordId', 'oplogReplay', 'min', 'max'];

/** The query part of a `find`, shared with `explain`. */
export function prepareFind(
  body: BsonDocument,
  variables: ReadonlyMap<string, BsonValue>,
): { query: PreparedQuery; limit: number } {
  refuseOptions(body, REFUSED);
  const limit = integerField(body, 'limit') ?? 0;
  if (limit < 0) throw badValue(`Limit value must be non-negative, but received: ${limit}`);
  const query = new PreparedQuery({
    filter: documentField(body, 'filter'),
    sort: body['sort'],
    skip: nonNegativeField(body, 'skip') ?? 0,
    limit,
    hint: body['hint'],
    collation: parseCollation(body['collation']),
    variables,
  });
  return { query, limit };
}

function find({ body, view, cursors, transaction, now }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'find');
  const variables = commandVariables(body, now);
  const { query } = prepareFind(body, variables);
  const specification = documentField(body, 'projection');
  const project =
    Object.keys(specification).length === 0
      ? undefined
      : compileProjection(specification, { inPipeline: false, filter: documentField(body, 'filter'), variables });
  const source = (function* (): Generator<Uint8Array> {
    const collection = view.collection(namespace);
    if (collection === undefined) return;
    for (const { stored, document, context } of query.run(view, collection)) {
      yield project === undefined ? stored.bytes : encodeDocument(project(document, context));
    }
  })();
  const cursor = cursors.open(namespace, source, {
    batchSize: nonNegativeField(body, 'batchSize'),
    isSingleBatch: booleanField(body, 'singleBatch'),
    transaction,
  });
  return { cursor };
}

export const findCommand: Command = {
  name: 'find',
  fields: [
    'filter',
    'sort',
    'projection',
    'hint',
    'skip',
    'limit',
    'batchSize',
    'singleBatch',
    'collation',
    'let',
    'allowDiskUse',
    'allowPartialResults',
    'noCursorTimeout',
    ...REFUSED,
  ],
  kind: 'read',
  isAllowedInTransaction: true,
  run: find,
};
