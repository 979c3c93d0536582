import { CommandError, notSupported } from '../command-error.ts';
import { compileExpression, expressionContext } from '../expression/compile-expression.ts';
import { int32Of } from '../expression/number-argument.ts';
import { compareExact } from '../expression/value-order.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { assertGroupExpression, outputFields } from './bucket-stage.ts';
import { addResults, groupFields } from './group-stage.ts';
import type { StageCompiler } from './stage.ts';

interface Valued {
  readonly value: BsonValue;
  readonly document: BsonDocument;
}

/** `$bucketAuto`: buckets of about the same number of documents; equal values never fall into two of them. */
export const bucketAutoStage: StageCompiler = (operand, environment) => {
  const { by, wanted, output } = parseBucketAuto(operand);
  const { collation, variables } = environment;
  const value = compileExpression(by, environment);
  const fields = groupFields(output, expressionContext(environment));
  return function* (documents) {
    const valued = Array.from(documents, (document) => ({ value: value({ root: document, variables }) ?? null, document }));
    valued.sort((a, b) => compareExact(a.value, b.value, collation));
    const buckets = [...split(valued, wanted, (a, b) => compareExact(a, b, collation) === 0)];
    for (const [position, bucket] of buckets.entries()) {
      // A bucket ends where the next begins; the last one ends with its greatest value.
      const max = buckets[position + 1]?.[0]?.value ?? bucket.at(-1)?.value ?? null;
      const result: BsonDocument = { _id: { min: bucket[0]?.value ?? null, max } };
      const accumulators = fields.map(({ use }) => use.start({ root: {}, variables }));
      for (const { document } of bucket) {
        for (const [index, { use }] of fields.entries()) accumulators[index]?.add(use.read({ root: document, variables }));
      }
      addResults(result, fields, accumulators);
      yield result;
    }
  };
};

function* split(
  sorted: readonly Valued[],
  wanted: number,
  isEqual: (a: BsonValue, b: BsonValue) => boolean,
): Generator<readonly Valued[]> {
  const size = Math.max(1, Math.round(sorted.length / wanted));
  let start = 0;
  for (let number = 1; start < sorted.length; number += 1) {
    let end = number === wanted ? sorted.length : Math.min(sorted.length, start + size);
    while (end < sorted.length && isEqual(sorted[end - 1]?.value, sorted[end]?.value)) end += 1;
    yield sorted.slice(start, end);
    start = end;
  }
}

function parseBucketAuto(operand: BsonValue): { by: BsonValue; wanted: number; output: BsonDocument } {
  if (!isDocument(operand)) throw new CommandError(40240, 'The argument to $bucketAuto must be an object');
  const unknown = Object.keys(operand).find((name) => !['groupBy', 'buckets', 'output', 'granularity'].includes(name));
  if (unknown !== undefined) throw new CommandError(40245, `Unrecognized option to $bucketAuto: ${unknown}.`);
  const { groupBy: by, buckets, output, granularity } = operand;
  if (by === undefined || buckets === undefined)
    throw new CommandError(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified");
  assertGroupExpression('$bucketAuto', 40239, by);
  if (!isNumber(buckets)) throw new CommandError(40241, "The $bucketAuto 'buckets' field must be a numeric value");
  const wanted = int32Of(buckets);
  if (wanted === undefined)
    throw new CommandError(40242, "The $bucketAuto 'buckets' field must be representable as a 32-bit integer");
  if (wanted <= 0) throw new CommandError(40243, `The $bucketAuto 'buckets' field must be greater than 0, but found: ${wanted}`);
  if (granularity !== undefined) throw notSupported("$bucketAuto with 'granularity'");
  return { by, wanted, output: outputFields('$bucketAuto', 40244, output) };
}
