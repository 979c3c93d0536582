import { CommandError, notSupported } from '../command-error.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { bucketAutoStage } from './bucket-auto-stage.ts';
import { bucketStage } from './bucket-stage.ts';
import { densifyStage } from './densify-stage.ts';
import { documentsStage } from './documents-stage.ts';
import { facetStage } from './facet-stage.ts';
import { addFieldsStage, projectStage, replaceRootStage, replaceWithStage, unsetStage } from './field-stages.ts';
import { fillStage } from './fill-stage.ts';
import { graphLookupStage } from './graph-lookup-stage.ts';
import { groupStage } from './group-stage.ts';
import { lookupStage } from './lookup-stage.ts';
import { countStage, limitStage, matchStage, parseLimit, parseSkip, skipStage, sortByCountStage } from './order-stages.ts';
import { redactStage } from './redact-stage.ts';
import { sampleStage } from './sample-stage.ts';
import { setWindowFieldsStage } from './set-window-fields-stage.ts';
import { sortedStage, sortStage } from './sort-stage.ts';
import {
  OUTPUT_STAGES,
  type PipelineCompiler,
  type Stage,
  type StageCompiler,
  type StageEnvironment,
  type StageSource,
} from './stage.ts';
import { unionWithStage } from './union-with-stage.ts';
import { unwindStage } from './unwind-stage.ts';

const STAGES: Readonly<Record<string, StageCompiler>> = {
  $addFields: addFieldsStage,
  $bucket: bucketStage,
  $bucketAuto: bucketAutoStage,
  $count: countStage,
  $densify: densifyStage,
  $documents: documentsStage,
  $facet: facetStage,
  $fill: fillStage,
  $graphLookup: graphLookupStage,
  $group: groupStage,
  $limit: limitStage,
  $lookup: lookupStage,
  $match: matchStage,
  $project: projectStage,
  $redact: redactStage,
  $replaceRoot: replaceRootStage,
  $replaceWith: replaceWithStage,
  $sample: sampleStage,
  $set: addFieldsStage,
  $setWindowFields: setWindowFieldsStage,
  $skip: skipStage,
  $sort: sortStage,
  $sortByCount: sortByCountStage,
  $unionWith: unionWithStage,
  $unset: unsetStage,
  $unwind: unwindStage,
};

/** Stages MongoDB has and this server does not have: refused as unsupported, not as unknown. */
const REFUSED = new Set(
  '$collStats $indexStats $currentOp $listSessions $listLocalSessions $planCacheStats $search $searchMeta $vectorSearch $listSampledQueries $listSearchIndexes $querySettings $queryStats $shardedDataDistribution'.split(
    ' ',
  ),
);

/** Checks the form of a pipeline: an array of documents with one known stage each. */
export function parsePipeline(pipeline: BsonValue): StageSource[] {
  if (!Array.isArray(pipeline)) throw new CommandError(14, 'A pipeline must be an array of objects');
  const stages = pipeline.map(parseStage);
  for (const [position, { name }] of stages.entries()) {
    if (name === '$documents' && position > 0)
      throw new CommandError(40602, '$documents is only valid as the first stage in a pipeline');
    if (OUTPUT_STAGES.has(name) && position < stages.length - 1)
      throw new CommandError(40601, `${name} can only be the final stage in the pipeline`);
  }
  return stages;
}

function parseStage(entry: BsonValue): StageSource {
  if (!isDocument(entry)) throw new CommandError(14, 'Each element of the pipeline array must be an object');
  const [name, ...others] = Object.keys(entry);
  if (name === undefined || others.length > 0)
    throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
  if (!Object.hasOwn(STAGES, name) && !OUTPUT_STAGES.has(name)) throw refusedStage(name);
  return { name, operand: entry[name] };
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
  const compiled = stages.map((stage, position) => compileStage(stage, stages.slice(position + 1), environment));
  return (documents) => compiled.reduce<Iterable<BsonDocument>>((input, stage) => stage(input), documents);
}

function compileStage({ name, operand }: StageSource, following: readonly StageSource[], environment: StageEnvironment): Stage {
  if (name === '$sort') return sortedStage(operand, environment, wantedOf(following));
  const compiler = STAGES[name];
  if (compiler === undefined) throw refusedStage(name);
  return compiler(operand, environment, PIPELINES);
}

/** How many of the sorted documents a `$limit`, or `$skip` and `$limit`, right behind a `$sort` lets through. */
function wantedOf([first, second]: readonly StageSource[]): number {
  if (first?.name === '$limit') return parseLimit(first.operand);
  if (first?.name === '$skip' && second?.name === '$limit') return parseSkip(first.operand) + parseLimit(second.operand);
  return Infinity;
}

const PIPELINES: PipelineCompiler = {
  parse: (pipeline, refused) => {
    const stages = parsePipeline(pipeline);
    for (const { name } of stages) {
      const error = refused(name);
      if (error !== undefined) throw error;
    }
    return stages;
  },
  compile: compileStages,
};
