import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { isDocument, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import type { ExpressionContext } from '../expression/expression.ts';
import { plainUse, type Accumulator, type AccumulatorCompiler, type AccumulatorUse } from './accumulator.ts';
import { AddToSet, MergeObjects, Push } from './collecting-accumulators.ts';
import { Extreme } from './extreme-accumulators.ts';
import { Average, StandardDeviation, Sum } from './number-accumulators.ts';
import { percentile } from './percentile-accumulators.ts';
import { countedAccumulator, countedArguments, First, Last, topOrBottom } from './position-accumulators.ts';

type Factory = (collation: Collation | undefined) => Accumulator;

/** Accumulators that take one expression. */
const UNARY: Readonly<Record<string, Factory>> = {
  $sum: () => new Sum(),
  $avg: () => new Average(),
  $min: (collation) => new Extreme(-1, collation),
  $max: (collation) => new Extreme(1, collation),
  $first: () => new First(),
  $last: () => new Last(),
  $push: () => new Push(),
  $addToSet: (collation) => new AddToSet(collation),
  $mergeObjects: () => new MergeObjects(),
  $stdDevPop: () => new StandardDeviation(false),
  $stdDevSamp: () => new StandardDeviation(true),
};

const counted: AccumulatorCompiler = (operator, operand, context) => {
  const { input, n } = countedArguments(operator, operand, context);
  return {
    read: input,
    // The accumulator takes what `input` gives.
    start: (group) => countedAccumulator(operator, n(group), context.collation),
  };
};

const ONE = new Int32(1);

const count: AccumulatorCompiler = (_operator, operand) => {
  if (isDocument(operand) && Object.keys(operand).length === 0)
    return plainUse(
      () => ONE,
      () => new Sum(),
    );
  throw new CommandError(14, '$count takes no arguments, i.e. $count:{}');
};

const COMPILERS: Readonly<Record<string, AccumulatorCompiler>> = {
  $count: count,
  $firstN: counted,
  $lastN: counted,
  $minN: counted,
  $maxN: counted,
  $top: topOrBottom,
  $topN: topOrBottom,
  $bottom: topOrBottom,
  $bottomN: topOrBottom,
  $percentile: percentile,
  $median: percentile,
};

export const isAccumulator = (name: string): boolean => Object.hasOwn(UNARY, name) || Object.hasOwn(COMPILERS, name);

/** Compiles an accumulator of `$group` and its kin; unknown names are error 15952. */
export function compileAccumulator(operator: string, operand: BsonValue, context: ExpressionContext): AccumulatorUse {
  const factory = Object.hasOwn(UNARY, operator) ? UNARY[operator] : undefined;
  if (factory !== undefined) {
    return plainUse(context.compile(singleOperand(operator, operand)), () => factory(context.collation));
  }
  const compiler = Object.hasOwn(COMPILERS, operator) ? COMPILERS[operator] : undefined;
  if (compiler !== undefined) return compiler(operator, operand, context);
  if (operator === '$accumulator')
    throw new CommandError(31264, 'Cannot run server-side javascript without the javascript engine enabled');
  throw new CommandError(15952, `unknown group operator '${operator}'`);
}

/** A group operator takes one argument, which may stand in an array of one. */
function singleOperand(operator: string, operand: BsonValue): BsonValue {
  if (!Array.isArray(operand)) return operand;
  if (operand.length !== 1) throw new CommandError(40237, `The ${operator} accumulator is a unary operator`);
  return operand[0];
}
