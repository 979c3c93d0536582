import { CommandError, failedToParse, typeMismatch } from '../command-error.ts';
import { bsonTypeName, isDocument, type BsonValue } from '../values/bson-value.ts';
import { readerOf } from './collection-access.ts';
import { OUTPUT_STAGES, type PipelineCompiler, type StageCompiler, type StageSource } from './stage.ts';

export const unionWithStage: StageCompiler = (operand, environment, pipelines) => {
  const { collection, stages } = parseUnion(operand, pipelines);
  const reader = readerOf(environment, '$unionWith');
  reader.check(collection, stages, environment);
  return function* (documents) {
    yield* documents;
    yield* reader.read(collection, stages, environment);
  };
};

function parseUnion(
  operand: BsonValue,
  pipelines: PipelineCompiler,
): { collection: string | undefined; stages: readonly StageSource[] } {
  if (typeof operand === 'string') return { collection: operand, stages: [] };
  if (!isDocument(operand))
    throw failedToParse(`the $unionWith stage specification must be an object or string, but found ${bsonTypeName(operand)}`);
  const unknown = Object.keys(operand).find((name) => name !== 'coll' && name !== 'pipeline');
  if (unknown !== undefined) throw new CommandError(40415, `BSON field '$unionWith.${unknown}' is an unknown field.`);
  const { coll, pipeline = [] } = operand;
  if (coll !== undefined && typeof coll !== 'string')
    throw typeMismatch(`BSON field '$unionWith.coll' is the wrong type '${bsonTypeName(coll)}', expected type 'string'`);
  const stages = pipelines.parse(pipeline, (name) =>
    OUTPUT_STAGES.has(name) ? new CommandError(31441, `${name} is not allowed within a $unionWith's sub-pipeline`) : undefined,
  );
  if (coll === undefined && stages[0]?.name !== '$documents')
    throw failedToParse('$unionWith stage without explicit collection must have a pipeline with $documents as first stage');
  return { collection: coll, stages };
}
