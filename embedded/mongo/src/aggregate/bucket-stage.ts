import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { compileExpression, expressionContext } from '../expression/compile-expression.ts';
import type { Expression } from '../expression/expression.ts';
import { compareExact } from '../expression/value-order.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { typeRank } from '../values/compare.ts';
import type { Collation } from '../values/collation.ts';
import { groupBy, groupFields } from './group-stage.ts';
import { sortStage } from './sort-stage.ts';
import type { StageCompiler, StageEnvironment } from './stage.ts';

const COUNT_ONLY: BsonDocument = { count: { $sum: new Int32(1) } };

export const bucketStage: StageCompiler = (operand, environment) => {
  if (!isDocument(operand)) throw new CommandError(40201, 'Argument to $bucket stage must be an object');
  const unknown = Object.keys(operand).find((name) => !['groupBy', 'boundaries', 'default', 'output'].includes(name));
  if (unknown !== undefined) throw new CommandError(40197, `Unrecognized option to $bucket: ${unknown}.`);
  const { groupBy: by, boundaries, output } = operand;
  if (by === undefined || boundaries === undefined)
    throw new CommandError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  assertGroupExpression('$bucket', 40202, by);
  const bounds = parseBoundaries(boundaries, environment);
  const fallback = Object.hasOwn(operand, 'default') ? defaultBucket(operand['default'], bounds, environment) : undefined;
  const fields = groupFields(outputFields('$bucket', 40196, output), expressionContext(environment));
  const key = bucketOf(compileExpression(by, environment), bounds, { fallback, collation: environment.collation });
  const group = groupBy(key, fields, environment);
  const sort = sortStage({ _id: new Int32(1) }, environment);
  return (documents) => sort(group(documents));
};

/** `groupBy` has to be a path or an operator: a constant would put everything into one bucket. */
export function assertGroupExpression(stage: string, code: number, groupBy: BsonValue): void {
  const isExpression = isDocument(groupBy) || (typeof groupBy === 'string' && groupBy.startsWith('$'));
  if (!isExpression)
    throw new CommandError(code, `The ${stage} 'groupBy' field must be defined as a $-prefixed path or an expression object`);
}

/** The fields of `output`; without it the documents are counted. */
export function outputFields(stage: string, code: number, output: BsonValue): BsonDocument {
  if (output === undefined) return COUNT_ONLY;
  if (!isDocument(output)) throw new CommandError(code, `The ${stage} 'output' field must be an object`);
  return output;
}

function constantOf(operand: BsonValue, code: number, what: string, environment: StageEnvironment): BsonValue {
  const isPath = typeof operand === 'string' && operand.startsWith('$') && !operand.startsWith('$$');
  if (isPath) throw new CommandError(code, `The $bucket ${what} must be constant values`);
  return compileExpression(operand, environment)({ root: {}, variables: environment.variables });
}

function parseBoundaries(operand: BsonValue, environment: StageEnvironment): readonly BsonValue[] {
  if (!Array.isArray(operand)) throw new CommandError(40200, "The $bucket 'boundaries' field must be an array");
  const bounds = operand.map((item) => constantOf(item, 40191, "'boundaries' field", environment));
  if (bounds.length < 2)
    throw new CommandError(
      40192,
      `The $bucket 'boundaries' field must have at least 2 values, but found ${bounds.length} value(s).`,
    );
  for (const [position, bound] of bounds.entries()) {
    const previous = bounds[position - 1];
    if (position === 0) continue;
    if (typeRank(bound) !== typeRank(previous))
      throw new CommandError(40193, "All values in the 'boundaries' option to $bucket must have the same type.");
    if (compareExact(previous, bound, environment.collation) >= 0)
      throw new CommandError(40194, "The 'boundaries' option to $bucket must be sorted, but elements are not in ascending order");
  }
  return bounds;
}

function defaultBucket(
  operand: BsonValue,
  bounds: readonly BsonValue[],
  environment: StageEnvironment,
): { readonly id: BsonValue } {
  const id = constantOf(operand, 40195, "'default' field", environment) ?? null;
  const { collation } = environment;
  if (compareExact(id, bounds[0], collation) >= 0 && compareExact(id, bounds.at(-1), collation) < 0)
    throw new CommandError(
      40199,
      "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
    );
  return { id };
}

interface BucketOptions {
  readonly fallback: { readonly id: BsonValue } | undefined;
  readonly collation: Collation | undefined;
}

/** The lower bound of the bucket a document falls into. */
function bucketOf(value: Expression, bounds: readonly BsonValue[], { fallback, collation }: BucketOptions): Expression {
  return (scope) => {
    const item = value(scope);
    const above = bounds.findIndex((bound) => compareExact(item, bound, collation) < 0);
    if (above > 0) return bounds[above - 1];
    if (fallback !== undefined) return fallback.id;
    throw new CommandError(40066, '$switch could not find a matching branch for an input, and no default was specified.');
  };
}
