import { badValue, CommandError } from '../command-error.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';
import type { Expression, ExpressionContext, Scope } from '../expression/expression.ts';
import type { Accumulator, AccumulatorCompiler } from './accumulator.ts';
import { Percentiles } from './number-accumulators.ts';

const MEDIAN = [0.5];

interface PercentileArguments {
  readonly input: Expression;
  /** Reads `p`; for `$median` it is fixed. */
  readonly fractions: (scope: Scope) => readonly number[];
  readonly finish: (results: readonly BsonValue[]) => BsonValue;
}

/** The arguments of `$percentile` and `$median`, shared by accumulator and expression. */
export function percentileArguments(operator: string, operand: BsonValue, context: ExpressionContext): PercentileArguments {
  const isMedian = operator === '$median';
  const code = isMedian ? 7436100 : 7429703;
  if (!isDocument(operand)) throw new CommandError(code, `specification must be an object; found ${operator}`);
  const named = knownFields(operator, operand, isMedian ? ['input', 'method'] : ['input', 'p', 'method']);
  if (named['method'] !== 'approximate') throw badValue("Currently only 'approximate' can be used as percentile 'method'.");
  const input = context.compile(named['input']);
  if (isMedian) return { input, fractions: () => MEDIAN, finish: ([median]) => median ?? null };
  const fractions = context.compile(named['p']);
  return { input, fractions: (scope) => parseFractions(fractions(scope)), finish: (results) => [...results] };
}

function knownFields(operator: string, operand: BsonDocument, names: readonly string[]): BsonDocument {
  const unknown = Object.keys(operand).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new CommandError(40415, `BSON field '${operator}.${unknown}' is an unknown field.`);
  const missing = names.find((name) => !Object.hasOwn(operand, name));
  if (missing !== undefined) throw new CommandError(40414, `BSON field '${operator}.${missing}' is missing but a required field`);
  return operand;
}

function parseFractions(value: BsonValue): readonly number[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new CommandError(7750301, "The $percentile 'p' field must be an array of numbers from [0.0, 1.0]");
  return value.map((item) => {
    if (!isNumber(item)) throw new CommandError(7750302, "The $percentile 'p' field must be an array of numbers from [0.0, 1.0]");
    const fraction = toDouble(item);
    if (!(fraction >= 0 && fraction <= 1))
      throw new CommandError(7750303, "The $percentile 'p' field must be an array of numbers from [0.0, 1.0]");
    return fraction;
  });
}

/** `$percentile` and `$median` over a group. */
export const percentile: AccumulatorCompiler = (operator, operand, context) => {
  const { input, fractions, finish } = percentileArguments(operator, operand, context);
  // `p` holds no field, so that it can be checked before a document is read.
  const known = fractions({ root: {}, variables: context.constants });
  const start = (): Accumulator<unknown> => {
    const percentiles = new Percentiles(known);
    return { add: (value) => percentiles.add(value as BsonValue), result: () => finish(percentiles.results()) }; // what `input` gives
  };
  return { read: input, start };
};
