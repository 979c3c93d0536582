import { CommandError, failedToParse, notSupported } from '../command-error.ts';
import { compileStages, parsePipeline, type StageSource } from '../aggregate/compile-pipeline.ts';
import { PreparedQuery } from '../execution/find-documents.ts';
import { documentField, namespaceOf, nonNegativeField } from '../execution/read-request.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { encodeDocument, MAX_DOCUMENT_BYTES } from '../values/bson-codec.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { parseCollation, type Collation } from '../values/collation.ts';
import { toInteger } from '../values/numeric.ts';
import type { Command, CommandContext } from './command.ts';
import { commandVariables, refuseOptions } from './query-options.ts';
import type { Reply } from '../wire/reply.ts';

/** The leading stages an index can serve, as a query, and the stages left for the pipeline. */
export function splitPipeline(stages: readonly StageSource[]): {
  filter: BsonDocument;
  sort: BsonValue;
  limit: number;
  rest: StageSource[];
} {
  const rest = [...stages];
  const filters: BsonDocument[] = [];
  let sort: BsonValue = undefined;
  let limit = 0;
  for (let first = rest[0]; first?.name === '$match' && isDocument(first.operand); first = rest[0]) {
    filters.push(first.operand);
    rest.shift();
  }
  if (
    rest[0]?.name === '$sort' &&
    isDocument(rest[0].operand) &&
    Object.keys(rest[0].operand).length > 0 &&
    !Object.hasOwn(rest[0].operand, '$natural')
  ) {
    sort = rest.shift()?.operand;
  }
  if (rest[0]?.name === '$limit') {
    const count = isNumber(rest[0].operand) ? toInteger(rest[0].operand) : undefined;
    if (count !== undefined && count > 0n) {
      limit = Number(count);
      rest.shift();
    }
  }
  const [only] = filters;
  const filter = filters.length === 0 ? {} : filters.length === 1 && only !== undefined ? only : { $and: filters };
  return { filter, sort, limit, rest };
}

export function prepareAggregate(
  body: BsonDocument,
  variables: ReadonlyMap<string, BsonValue>,
  collation: Collation | undefined,
): { query: PreparedQuery; rest: StageSource[] } {
  const stages = parsePipeline(body['pipeline']);
  const { filter, sort, limit, rest } = splitPipeline(stages);
  return { query: new PreparedQuery({ filter, sort, limit, hint: body['hint'], collation, variables }), rest };
}

function aggregate({ body, view, cursors, transaction, now }: CommandContext): Reply {
  if (typeof body['aggregate'] !== 'string') {
    parsePipeline(body['pipeline']);
    throw new CommandError(73, '{aggregate: 1} needs a first stage this server does not have; a collection is required');
  }
  const namespace = namespaceOf(body, 'aggregate');
  refuseOptions(body, ['explain', 'exchange', 'needsMerge', 'fromMongos']);
  if (body['cursor'] === undefined)
    throw failedToParse("The 'cursor' option is required, except for aggregate with the explain argument");
  const options = documentField(body, 'cursor');
  for (const name of Object.keys(options)) if (name !== 'batchSize') throw notSupported(`the cursor option '${name}'`);
  const variables = commandVariables(body, now);
  const collation = parseCollation(body['collation']);
  const { query, rest } = prepareAggregate(body, variables, collation);
  const stages = compileStages(rest, { collation, variables });
  const source = encoded(stages(documents(view, namespace, query)));
  return { cursor: cursors.open(namespace, source, { batchSize: nonNegativeField(options, 'batchSize'), transaction }) };
}

function* documents(view: StorageView, namespace: string, query: PreparedQuery): Generator<BsonDocument> {
  const collection = view.collection(namespace);
  if (collection === undefined) return;
  for (const { document } of query.run(view, collection)) yield document;
}

function* encoded(results: Iterable<BsonDocument>): Generator<Uint8Array> {
  for (const document of results) {
    const bytes = encodeDocument(document);
    if (bytes.length > MAX_DOCUMENT_BYTES)
      throw new CommandError(10334, `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}`);
    yield bytes;
  }
}

export const aggregateCommand: Command = {
  name: 'aggregate',
  fields: [
    'pipeline',
    'cursor',
    'hint',
    'collation',
    'let',
    'allowDiskUse',
    'explain',
    'bypassDocumentValidation',
    'exchange',
    'needsMerge',
    'fromMongos',
  ],
  kind: 'read',
  isAllowedInTransaction: true,
  run: aggregate,
};
