import { ObjectId } from 'bson';
import { badValue, CommandError, typeMismatch } from '../command-error.ts';
import { PreparedQuery, type FoundDocument } from '../execution/find-documents.ts';
import { changeDocument, insertDocument } from '../execution/write-documents.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import { assertDefinableName, pathParts } from '../expression/field-path.ts';
import type { Collection } from '../storage/catalog.ts';
import { duplicateKeyError } from '../storage/duplicate-key.ts';
import type { Update } from '../update/compile-update.ts';
import { bsonTypeName, isDocument, isNullish, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { fieldEntries } from '../values/field-order.ts';
import { readPath } from '../values/path.ts';
import { heldResults, namespaceOf, targetNamespace, type Output, type OutputEnvironment } from './output-target.ts';
import type { StageEnvironment } from './stage.ts';
import { compileDocumentPipeline } from './update-pipeline.ts';

const MATCHED_MODES = ['merge', 'replace', 'keepExisting', 'fail'];
const NOT_MATCHED_MODES = ['insert', 'discard', 'fail'];
const FIELDS = ['into', 'on', 'let', 'whenMatched', 'whenNotMatched'];

interface Merge {
  readonly namespace: string;
  readonly on: readonly string[];
  readonly whenNotMatched: string;
  /** What becomes of a document that is there; undefined leaves it, 'fail' refuses. */
  readonly change: ((existing: BsonDocument, incoming: BsonDocument) => BsonDocument) | 'fail' | undefined;
}

/** `$merge`: each result is inserted, or changes the document of the target with the same `on` fields. */
export function compileMerge(operand: BsonValue, output: OutputEnvironment): Output {
  const merge = parseMerge(operand, output);
  const { view } = output;
  const target = view.collection(merge.namespace);
  if (target !== undefined) assertUniqueIndex(target, merge.on);
  else if (merge.on.join() !== '_id') throw noUniqueIndex();
  return (results, sources) => {
    const documents = sources.has(merge.namespace) ? heldResults(results) : results;
    const collection = view.ensureCollection(merge.namespace);
    for (const document of documents) mergeDocument(merge, collection, document, output);
  };
}

function mergeDocument(
  merge: Merge,
  collection: Collection,
  result: BsonDocument,
  { view, environment, writing }: OutputEnvironment,
): void {
  const incoming = merge.on.includes('_id') && result['_id'] === undefined ? { _id: new ObjectId(), ...result } : result;
  const existing = findExisting(merge, collection, incoming, { view, environment });
  if (existing === undefined) {
    if (merge.whenNotMatched === 'fail')
      throw new CommandError(
        13113,
        '$merge could not find a matching document in the target collection for at least one document in the source collection',
      );
    if (merge.whenNotMatched === 'insert') insertDocument(view, collection, incoming, writing);
    return;
  }
  const { change } = merge;
  if (change === undefined) return;
  if (change === 'fail') throw duplicateOf(collection, merge.on, incoming);
  const update: Update = { kind: 'pipeline', apply: (document) => change(document, incoming) };
  changeDocument(view, collection, existing, update, writing);
}

function findExisting(
  { on }: Merge,
  collection: Collection,
  incoming: BsonDocument,
  { view, environment }: Pick<OutputEnvironment, 'view' | 'environment'>,
): FoundDocument | undefined {
  const conditions = on.map((field): BsonDocument => {
    const value = readPath(incoming, field);
    if (isNullish(value))
      throw new CommandError(51132, "$merge write error: 'on' field cannot be missing, null, undefined or an array");
    if (Array.isArray(value)) throw new CommandError(51185, "$merge write error: 'on' field cannot be an array");
    return { [field]: { $eq: value } };
  });
  const query = new PreparedQuery({ filter: { $and: conditions }, limit: 1, collation: environment.collation });
  const [found] = query.run(view, collection);
  return found;
}

function duplicateOf(collection: Collection, on: readonly string[], document: BsonDocument): CommandError {
  const index = collection.indexes.find((candidate) => isOver(candidate.fields, on)) ?? collection.indexes[0];
  return index === undefined ? new CommandError(11000, 'duplicate key') : duplicateKeyError(collection, index, document);
}

const isOver = (fields: readonly { readonly path: string }[], on: readonly string[]): boolean =>
  fields.length === on.length && fields.every(({ path }) => on.includes(path));

function assertUniqueIndex(collection: Collection, on: readonly string[]): void {
  const isUnique = collection.indexes.some(
    (index) =>
      isOver(index.fields, on) && (index.isUnique || on.join() === '_id') && index.partialFilter === undefined && !index.isSparse,
  );
  if (!isUnique) throw noUniqueIndex();
}

const noUniqueIndex = (): CommandError => new CommandError(51183, 'Cannot find index to verify that join fields will be unique');

function parseMerge(operand: BsonValue, { database, environment }: OutputEnvironment): Merge {
  if (typeof operand !== 'string' && !isDocument(operand))
    throw typeMismatch(`$merge requires a string or object argument, but found ${bsonTypeName(operand)}`);
  const specification = isDocument(operand) ? operand : { into: operand };
  const unknown = Object.keys(specification).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw new CommandError(40415, `BSON field '$merge.${unknown}' is an unknown field.`);
  const { whenMatched = 'merge', whenNotMatched = 'insert' } = specification;
  if (!Array.isArray(whenMatched) && !(typeof whenMatched === 'string' && MATCHED_MODES.includes(whenMatched)))
    throw badValue("Enumeration value for field '$merge.whenMatched' is not a valid value.");
  if (typeof whenNotMatched !== 'string' || !NOT_MATCHED_MODES.includes(whenNotMatched))
    throw badValue("Enumeration value for field '$merge.whenNotMatched' is not a valid value.");
  if ((whenMatched === 'fail' || whenMatched === 'keepExisting') && whenNotMatched !== 'insert')
    throw new CommandError(
      51181,
      `Combination of $merge modes 'whenMatched: ${whenMatched}' and 'whenNotMatched: ${whenNotMatched}' is not supported`,
    );
  if (Object.hasOwn(specification, 'let') && !Array.isArray(whenMatched))
    throw new CommandError(51199, "Cannot use 'let' variables with this 'whenMatched' mode");
  return {
    namespace: intoNamespace(specification['into'], database),
    on: parseOn(specification['on']),
    whenNotMatched,
    change: changeOf(whenMatched, specification['let'], environment),
  };
}

function intoNamespace(into: BsonValue, database: string): string {
  if (into === undefined) throw new CommandError(40414, "BSON field '$merge.into' is missing but a required field");
  if (typeof into === 'string') return namespaceOf('$merge', database, into);
  if (isDocument(into)) return targetNamespace('$merge', into, database);
  throw new CommandError(51178, `$merge 'into' field must be either a string or an object, but found ${bsonTypeName(into)}`);
}

function parseOn(on: BsonValue): readonly string[] {
  if (on === undefined) return ['_id'];
  const fields = Array.isArray(on) ? on : [on];
  if (fields.length === 0) throw new CommandError(51187, "If explicitly specifying $merge 'on', must include at least one field");
  const names = fields.map((field) => {
    if (typeof field !== 'string')
      throw new CommandError(
        Array.isArray(on) ? 51134 : 51186,
        "$merge 'on' field must be either a string or an array of strings",
      );
    pathParts(field);
    return field;
  });
  if (new Set(names).size < names.length) throw new CommandError(31465, 'Found a duplicate field');
  return names;
}

function changeOf(whenMatched: BsonValue, bindings: BsonValue, environment: StageEnvironment): Merge['change'] {
  if (Array.isArray(whenMatched)) return pipelineChange(whenMatched, bindings, environment);
  switch (whenMatched) {
    case 'replace':
      return (existing, incoming) => ({ _id: existing['_id'], ...incoming });
    case 'merge':
      return (existing, incoming) => ({ ...existing, ...incoming });
    case 'fail':
      return 'fail';
    default:
      return undefined;
  }
}

/** A pipeline over the existing document; the result of the aggregation is `$$new`, unless `let` says otherwise. */
function pipelineChange(
  pipeline: BsonValue,
  bindings: BsonValue,
  environment: StageEnvironment,
): Exclude<Merge['change'], 'fail' | undefined> {
  const specification = bindings ?? { new: '$$ROOT' };
  if (!isDocument(specification)) throw typeMismatch("BSON field '$merge.let' is the wrong type, expected type 'object'");
  if (Object.hasOwn(specification, 'new') && specification['new'] !== '$$ROOT')
    throw new CommandError(51273, "'let' may not define a value for the reserved 'new' variable other than '$$ROOT'");
  const expressions = fieldEntries({ new: '$$ROOT', ...specification }).map(([name, value]) => {
    assertDefinableName(name);
    return [name, compileExpression(value, environment)] as const;
  });
  const variables = new Map<string, BsonValue>(environment.variables);
  for (const [name] of expressions) variables.set(name, null);
  // The pipeline reads the variables from the map when it runs; each document gets its own values there first.
  const run = compileDocumentPipeline(pipeline, { collation: environment.collation, variables });
  return (existing, incoming) => {
    for (const [name, expression] of expressions)
      variables.set(name, expression({ root: incoming, variables: environment.variables }));
    const result = run(existing);
    return result['_id'] === undefined ? { _id: existing['_id'], ...result } : result;
  };
}
