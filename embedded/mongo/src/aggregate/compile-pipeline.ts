import { Int32 } from 'bson';
import { CommandError, notSupported } from '../command-error.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { addFieldsStage, projectStage, replaceRootStage, unsetStage } from './field-stages.ts';
import { groupStage } from './group-stage.ts';
import { countStage, limitStage, matchStage, skipStage, sortStage } from './order-stages.ts';
import type { Stage, StageCompiler, StageEnvironment } from './stage.ts';
import { unwindStage } from './unwind-stage.ts';

const STAGES: Readonly<Record<string, StageCompiler>> = {
  $match: matchStage,
  $sort: sortStage,
  $limit: limitStage,
  $skip: skipStage,
  $count: countStage,
  $project: projectStage,
  $addFields: addFieldsStage,
  $set: addFieldsStage,
  $unset: unsetStage,
  $group: groupStage,
  $unwind: unwindStage,
  $sortByCount: (operand, environment) => {
    const group = groupStage({ _id: operand, count: { $sum: new Int32(1) } }, environment);
    const sort = sortStage({ count: new Int32(-1) }, environment);
    return (documents) => sort(group(documents));
  },
  $replaceRoot: (operand, { variables }) => {
    if (!isDocument(operand)) throw new CommandError(40229, 'expected an object as specification for $replaceRoot stage');
    const unknown = Object.keys(operand).find((name) => name !== 'newRoot');
    if (unknown !== undefined) throw new CommandError(40415, `BSON field '$replaceRoot.${unknown}' is an unknown field.`);
    if (!Object.hasOwn(operand, 'newRoot'))
      throw new CommandError(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field");
    return replaceRootStage(operand['newRoot'], '$replaceRoot', variables);
  },
  $replaceWith: (operand, { variables }) => replaceRootStage(operand, '$replaceWith', variables),
};

/** Stages MongoDB has and this server does not have yet: refused as unsupported, not as unknown. */
const REFUSED = new Set(
  '$lookup $facet $bucket $bucketAuto $unionWith $merge $out $graphLookup $setWindowFields $densify $fill $redact $sample $documents $collStats $indexStats $currentOp $listSessions $listLocalSessions $planCacheStats $search $vectorSearch'.split(
    ' ',
  ),
);

export interface StageSource {
  readonly name: string;
  readonly operand: BsonValue;
}

/** Checks the form of a pipeline: an array of documents with one known stage each. */
export function parsePipeline(pipeline: BsonValue): StageSource[] {
  if (!Array.isArray(pipeline)) throw new CommandError(14, 'A pipeline must be an array of objects');
  return pipeline.map((entry) => {
    if (!isDocument(entry)) throw new CommandError(14, 'Each element of the pipeline array must be an object');
    const [name, ...others] = Object.keys(entry);
    if (name === undefined || others.length > 0) {
      throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
    }
    if (!Object.hasOwn(STAGES, name)) throw refusedStage(name);
    return { name, operand: entry[name] };
  });
}

function refusedStage(name: string): CommandError {
  if (name === '$changeStream')
    return new CommandError(40573, 'The $changeStream stage is not available: the embedded document server has no oplog');
  if (name === '$geoNear') return new CommandError(27, '$geoNear requires a 2d or 2dsphere index, but none were found');
  if (REFUSED.has(name)) return notSupported(`the pipeline stage ${name}`);
  return new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
}

/** Compiles all stages before any document is read, so that a wrong one at the end is refused without work. */
export function compileStages(stages: readonly StageSource[], environment: StageEnvironment): Stage {
  const compiled = stages.map(({ name, operand }) => {
    const compiler = STAGES[name];
    if (compiler === undefined) throw refusedStage(name);
    return compiler(operand, environment);
  });
  return (documents) => compiled.reduce<Iterable<BsonDocument>>((input, stage) => stage(input), documents);
}
