import { CommandError, failedToParse, typeMismatch } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import type { Expression } from '../expression/expression.ts';
import { assertDefinableName, pathParts } from '../expression/field-path.ts';
import { bsonTypeName, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { spreadPath } from '../values/path.ts';
import { readerOf } from './collection-access.ts';
import { withField } from './field-stages.ts';
import { isRepeatable } from './pipeline-fields.ts';
import {
  OUTPUT_STAGES,
  type CollectionReader,
  type PipelineCompiler,
  type StageCompiler,
  type StageEnvironment,
  type StageSource,
} from './stage.ts';

interface Lookup {
  readonly from: string | undefined;
  readonly as: readonly string[];
  readonly fields: { readonly local: string; readonly foreign: string } | undefined;
  readonly bindings: readonly (readonly [string, Expression])[];
  readonly stages: readonly StageSource[];
}

/** Finds the documents that belong to one input document. */
type Join = (document: BsonDocument) => Iterable<BsonDocument>;

/** `$lookup` by equal fields, by a pipeline with variables, or by both. */
export const lookupStage: StageCompiler = (operand, environment, pipelines) => {
  const lookup = parseLookup(operand, environment, pipelines);
  const reader = readerOf(environment, '$lookup');
  reader.check(lookup.from, lookup.stages, withBindings(lookup, environment));
  return function* (documents) {
    const join = joinOf(lookup, reader, { environment, pipelines });
    for (const document of documents) yield withField(document, lookup.as, [...join(document)]);
  };
};

interface Surroundings {
  readonly environment: StageEnvironment;
  readonly pipelines: PipelineCompiler;
}

function joinOf(lookup: Lookup, reader: CollectionReader, { environment, pipelines }: Surroundings): Join {
  const { from, fields, stages } = lookup;
  if (fields === undefined || from === undefined) return pipelineJoin(lookup, reader, environment);
  const find = reader.finder(from, fields.foreign, environment);
  const candidates: Join = (document) => find(localValues(document, fields.local));
  if (stages.length === 0) return candidates;
  return (document) => pipelines.compile(stages, withBindings(lookup, environment, document))(candidates(document));
}

function pipelineJoin(lookup: Lookup, reader: CollectionReader, environment: StageEnvironment): Join {
  const { from, bindings, stages } = lookup;
  const read = (inner: StageEnvironment): Iterable<BsonDocument> => reader.read(from, stages, inner);
  if (bindings.length > 0 || !isRepeatable(stages)) return (document) => read(withBindings(lookup, environment, document));
  // Without variables of its own the pipeline gives the same for each document.
  let known: readonly BsonDocument[] | undefined;
  return () => (known ??= [...read(environment)]);
}

/** The values a local field joins by: array elements one by one; missing, and an empty array, count as null. */
function localValues(document: BsonDocument, path: string): readonly BsonValue[] {
  const values = spreadPath(document, path).map((value) => value ?? null);
  return values.length === 0 ? [null] : values;
}

/** The environment of the sub-pipeline: the variables around and those of `let`; without a document they are null. */
function withBindings({ bindings }: Lookup, environment: StageEnvironment, document?: BsonDocument): StageEnvironment {
  const variables = new Map(environment.variables);
  const scope = document === undefined ? undefined : { root: document, variables: environment.variables };
  for (const [name, expression] of bindings) variables.set(name, scope === undefined ? null : expression(scope));
  return { ...environment, variables };
}

const STRING_FIELDS = ['from', 'localField', 'foreignField', 'as'];

function parseLookup(operand: BsonValue, environment: StageEnvironment, pipelines: PipelineCompiler): Lookup {
  if (!isDocument(operand))
    throw failedToParse(`the $lookup stage specification must be an object, but found ${bsonTypeName(operand)}`);
  for (const [name, value] of Object.entries(operand)) {
    if (STRING_FIELDS.includes(name) && typeof value !== 'string')
      throw failedToParse(`$lookup argument '${name}' must be a string, found ${bsonTypeName(value)}`);
    if (!STRING_FIELDS.includes(name) && name !== 'pipeline' && name !== 'let')
      throw failedToParse(`unknown argument to $lookup: ${name}`);
  }
  const { as, pipeline } = operand;
  if (typeof as !== 'string') throw failedToParse("must specify 'as' field for a $lookup");
  const fields = parseJoinFields(operand);
  if (fields === undefined && pipeline === undefined)
    throw failedToParse("$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified");
  const stages = pipeline === undefined ? [] : parseLookupPipeline(pipeline, pipelines);
  if (typeof operand['from'] !== 'string' && stages[0]?.name !== '$documents')
    throw failedToParse('$lookup stage without explicit collection must have a pipeline with $documents as first stage');
  return {
    from: operand['from'] as string | undefined,
    as: pathParts(as),
    fields,
    bindings: parseLet(operand, environment),
    stages,
  }; // checked above
}

function parseJoinFields(operand: BsonDocument): Lookup['fields'] {
  const { localField: local, foreignField: foreign } = operand;
  if (local === undefined && foreign === undefined) return undefined;
  if (typeof local !== 'string' || typeof foreign !== 'string')
    throw failedToParse("$lookup requires both or neither of 'localField' and 'foreignField' to be specified");
  pathParts(local);
  pathParts(foreign);
  return { local, foreign };
}

function parseLookupPipeline(pipeline: BsonValue, pipelines: PipelineCompiler): readonly StageSource[] {
  if (!Array.isArray(pipeline)) throw typeMismatch("'pipeline' option must be specified as an array");
  return pipelines.parse(pipeline, (name) =>
    OUTPUT_STAGES.has(name) ? new CommandError(51047, `${name} is not allowed within a $lookup's sub-pipeline`) : undefined,
  );
}

function parseLet(operand: BsonDocument, environment: StageEnvironment): Lookup['bindings'] {
  const { let: bindings = {} } = operand;
  if (!isDocument(bindings)) throw failedToParse(`$lookup argument 'let' must be an object, found ${bsonTypeName(bindings)}`);
  if (Object.hasOwn(operand, 'let') && !Object.hasOwn(operand, 'pipeline'))
    throw failedToParse("$lookup with a 'let' argument must also specify 'pipeline'");
  return Object.entries(bindings).map(([name, value]) => {
    assertDefinableName(name);
    return [name, compileExpression(value, environment)] as const;
  });
}
