import { CommandError } from '../command-error.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import { compileStages, parsePipeline } from './compile-pipeline.ts';
import type { StageEnvironment } from './stage.ts';

const UPDATE_STAGES = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith']);

/** A pipeline used as an update, or by `$merge`: only stages that turn one document into one. */
export function compileDocumentPipeline(
  pipeline: BsonValue,
  environment: StageEnvironment,
): (document: BsonDocument) => BsonDocument {
  const stages = parsePipeline(pipeline);
  for (const { name } of stages) {
    if (!UPDATE_STAGES.has(name)) throw new CommandError(72, `${name} is not allowed to be used within an update`);
  }
  const run = compileStages(stages, environment);
  return (document) => {
    const [result] = run([document]);
    if (result === undefined) throw new CommandError(1, 'an update pipeline gave no document');
    return result;
  };
}
