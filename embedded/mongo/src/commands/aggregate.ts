import { CommandError, failedToParse, notSupported } from '../command-error.ts';
import { ViewReader } from '../aggregate/collection-reader.ts';
import { compileStages, parsePipeline } from '../aggregate/compile-pipeline.ts';
import { compileOutput } from '../aggregate/output-stages.ts';
import { splitPipeline, type SplitPipeline } from '../aggregate/split-pipeline.ts';
import { OUTPUT_STAGES, type StageEnvironment, type StageSource } from '../aggregate/stage.ts';
import type { PreparedQuery } from '../execution/find-documents.ts';
import { booleanField, databaseOf, documentField, namespaceOf, nonNegativeField } from '../execution/read-request.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { encodeDocument, MAX_DOCUMENT_BYTES } from '../values/bson-codec.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { toDouble } from '../values/numeric.ts';
import type { Command, CommandContext } from './command.ts';
import { collationOf, commandVariables, refuseOptions } from './query-options.ts';
import type { Reply } from '../wire/reply.ts';

/** The namespace of `aggregate: 1`, which has no collection. */
const COLLECTIONLESS = '$cmd.aggregate';

/** The query part of an `aggregate`, for `explain`. */
export const prepareAggregate = (
  body: BsonDocument,
  variables: ReadonlyMap<string, BsonValue>,
  collation: Collation | undefined,
): SplitPipeline => splitPipeline(parsePipeline(body['pipeline']), { collation, variables }, body['hint']);

function aggregate(context: CommandContext): Reply {
  const { body, view, cursors, transaction } = context;
  refuseOptions(body, ['explain', 'exchange', 'needsMerge', 'fromMongos']);
  const stages = parsePipeline(body['pipeline']);
  const namespace = sourceOf(body, stages);
  if (body['cursor'] === undefined)
    throw failedToParse("The 'cursor' option is required, except for aggregate with the explain argument");
  const options = documentField(body, 'cursor');
  for (const name of Object.keys(options)) if (name !== 'batchSize') throw notSupported(`the cursor option '${name}'`);
  const batchSize = nonNegativeField(options, 'batchSize');
  const reader = new ViewReader(view, databaseOf(body));
  const environment = environmentOf(context, namespace, reader);
  const output = stages.at(-1);
  if (output === undefined || !OUTPUT_STAGES.has(output.name)) {
    const results = resultsOf({ stages, view, namespace, environment, hint: body['hint'] });
    return { cursor: cursors.open(namespace, encoded(results), { batchSize, transaction }) };
  }
  if (transaction !== undefined)
    throw new CommandError(263, `Operation not permitted in transaction :: caused by :: Aggregation stage: '${output.name}'`);
  if (documentField(body, 'readConcern')['level'] === 'linearizable')
    throw new CommandError(72, `${output.name} cannot be used with a 'linearizable' read concern level`);
  const write = compileOutput(output, {
    view,
    database: databaseOf(body),
    environment,
    writing: { now: context.now, bypassesValidation: booleanField(body, 'bypassDocumentValidation') },
  });
  reader.namespaces.add(namespace);
  const results = resultsOf({ stages: stages.slice(0, -1), view, namespace, environment, hint: body['hint'] });
  write(results, reader.namespaces);
  return { cursor: cursors.open(namespace, [].values(), { batchSize, transaction }) };
}

function environmentOf({ body, view, now }: CommandContext, namespace: string, reader: ViewReader): StageEnvironment {
  return {
    collation: collationOf(body['collation'], view.collection(namespace)),
    variables: commandVariables(body, now),
    reader,
    allowsDiskUse: body['allowDiskUse'] === undefined || booleanField(body, 'allowDiskUse'),
  };
}

function sourceOf(body: BsonDocument, stages: readonly StageSource[]): string {
  const isCollectionless = stages[0]?.name === '$documents';
  const { aggregate: source } = body;
  if (isNumber(source) && toDouble(source) === 1) {
    if (isCollectionless) return `${databaseOf(body)}.${COLLECTIONLESS}`;
    throw new CommandError(73, '{aggregate: 1} is not valid for this pipeline; a collection is required.');
  }
  if (isCollectionless && typeof source === 'string')
    throw new CommandError(73, '$documents can only be run with {aggregate: 1}');
  return namespaceOf(body, 'aggregate');
}

interface Run {
  readonly stages: readonly StageSource[];
  readonly view: StorageView;
  readonly namespace: string;
  readonly environment: StageEnvironment;
  readonly hint: BsonValue;
}

function resultsOf({ stages, view, namespace, environment, hint }: Run): Iterable<BsonDocument> {
  const { query, rest } = splitPipeline(stages, environment, hint);
  return compileStages(rest, environment)(documents(view, namespace, query));
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

/** True for a pipeline that ends in `$out` or `$merge`. */
function writes(body: BsonDocument): boolean {
  const { pipeline } = body;
  const last = Array.isArray(pipeline) ? pipeline.at(-1) : undefined;
  return isDocument(last) && Object.keys(last).some((name) => OUTPUT_STAGES.has(name));
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
  writes,
  isAllowedInTransaction: true,
  run: aggregate,
};
