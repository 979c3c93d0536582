import { badValue, failedToParse } from '../command-error.ts';
import { PreparedQuery } from '../execution/find-documents.ts';
import { booleanField, documentField, integerField, namespaceOf, nonNegativeField } from '../execution/read-request.ts';
import { compileProjection } from '../query/projection.ts';
import type { Collection } from '../storage/catalog.ts';
import { encodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Command, CommandContext } from './command.ts';
import { collationOf, commandVariables, hintOf, refuseOptions } from './query-options.ts';
import { TimeLimit } from './time-limit.ts';
import type { Reply } from '../wire/reply.ts';

const REFUSED = ['returnKey', 'showRecordId', 'oplogReplay', 'min', 'max'];

/** The query part of a `find`, shared with `explain`. */
export function prepareFind(
  body: BsonDocument,
  variables: ReadonlyMap<string, BsonValue>,
  { collection, deadline }: { readonly collection: Collection | undefined; readonly deadline?: (() => void) | undefined },
): PreparedQuery {
  refuseOptions(body, REFUSED);
  assertNotTailable(body);
  const limit = integerField(body, 'limit') ?? 0;
  if (limit < 0) throw badValue(`BSON field 'limit' value must be >= 0, actual value '${limit}'`);
  return new PreparedQuery({
    filter: documentField(body, 'filter'),
    sort: body['sort'],
    skip: nonNegativeField(body, 'skip') ?? 0,
    limit,
    hint: hintOf(body),
    collation: collationOf(body['collation'], collection),
    variables,
    deadline,
  });
}

/** Only capped collections can be followed, and there are none. */
function assertNotTailable(body: BsonDocument): void {
  const isTailable = booleanField(body, 'tailable');
  if (!isTailable && booleanField(body, 'awaitData'))
    throw failedToParse("Cannot set 'awaitData' without also setting 'tailable'");
  if (isTailable) throw badValue('error processing query: tailable cursor requested on non capped collection');
}

function find({ body, view, cursors, transaction, now }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'find');
  const variables = commandVariables(body, now);
  const known = view.collection(namespace);
  const limit = new TimeLimit(body);
  const query = prepareFind(body, variables, { collection: known, deadline: limit.deadline });
  const specification = documentField(body, 'projection');
  const filter = documentField(body, 'filter');
  const collation = collationOf(body['collation'], known);
  const project =
    Object.keys(specification).length === 0
      ? undefined
      : compileProjection(specification, { inPipeline: false, filter, variables, collation });
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
    keepsWhenIdle: booleanField(body, 'noCursorTimeout'),
    transaction,
  });
  limit.end();
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
    'tailable',
    'awaitData',
    ...REFUSED,
  ],
  kind: 'read',
  isAllowedInTransaction: true,
  run: find,
};
