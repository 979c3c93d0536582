import { CommandError } from '../command-error.ts';
import { isDocument, type BsonDocument } from '../values/bson-value.ts';
import { OUTPUT_STAGES, type StageCompiler } from './stage.ts';
import { fieldEntries, setField } from '../values/field-order.ts';

const REFUSED = new Set(['$facet', '$documents', ...OUTPUT_STAGES]);

/** `$facet`: several pipelines over the same documents; each gives an array of one result document. */
export const facetStage: StageCompiler = (operand, environment, pipelines) => {
  if (!isDocument(operand) || Object.keys(operand).length === 0)
    throw new CommandError(40169, 'the $facet specification must be a non-empty object');
  const facets = fieldEntries(operand).map(([name, pipeline]) => {
    assertName(name);
    if (!Array.isArray(pipeline)) throw new CommandError(40170, `arguments to $facet must be arrays, ${name} is not`);
    const stages = pipelines.parse(pipeline, (stage) =>
      REFUSED.has(stage) ? new CommandError(40600, `${stage} is not allowed to be used within a $facet stage`) : undefined,
    );
    return { name, run: pipelines.compile(stages, environment) };
  });
  return function* (documents) {
    const input = [...documents];
    const result: BsonDocument = {};
    for (const { name, run } of facets) setField(result, name, [...run(input)]);
    yield result;
  };
};

function assertName(name: string): void {
  if (name === '') throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  if (name.startsWith('$')) throw new CommandError(16410, `FieldPath field names may not start with '$': ${name}`);
  if (name.includes('.')) throw new CommandError(16412, `FieldPath field names may not contain '.': ${name}`);
}
