import { CommandError } from '../command-error.ts';
import { Extreme } from '../accumulator/extreme-accumulators.ts';
import { Average, Percentiles, StandardDeviation, Sum } from '../accumulator/number-accumulators.ts';
import { percentileArguments } from '../accumulator/percentile-accumulators.ts';
import { countedAccumulator, countedArguments } from '../accumulator/position-accumulators.ts';
import type { Accumulator } from '../accumulator/accumulator.ts';
import { bsonTypeName, isNullish } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { listOperands } from './operands.ts';

/** `$sum` and its kin over their arguments; a single argument that is an array gives its elements. */
function overArguments(start: (collation: Collation | undefined) => Accumulator): OperatorCompiler {
  return (operand, context) => {
    const operands = listOperands(operand, context);
    const [only] = operands;
    return (scope) => {
      const accumulator = start(context.collation);
      const first = operands.length === 1 ? only?.(scope) : undefined;
      if (Array.isArray(first)) for (const item of first) accumulator.add(item);
      else if (operands.length === 1) accumulator.add(first);
      else for (const expression of operands) accumulator.add(expression(scope));
      return accumulator.result();
    };
  };
}

/** `$firstN` and its kin over the array `input`. */
function overArray(operator: string): OperatorCompiler {
  return (operand, context) => {
    const { input, n } = countedArguments(operator, operand, context);
    return (scope) => {
      const wanted = n(scope);
      const list = input(scope);
      if (isNullish(list)) return null;
      if (!Array.isArray(list)) throw new CommandError(5788200, `Input must be an array, but found ${bsonTypeName(list)}`);
      const accumulator = countedAccumulator(operator, wanted, context.collation);
      for (const item of list) accumulator.add(item);
      return accumulator.result();
    };
  };
}

/** `$percentile` and `$median` of a number or an array of numbers. */
function percentileOf(operator: string): OperatorCompiler {
  return (operand, context) => {
    const { input, fractions, finish } = percentileArguments(operator, operand, context);
    return (scope) => {
      const percentiles = new Percentiles(fractions(scope));
      const value = input(scope);
      for (const item of Array.isArray(value) ? value : [value]) percentiles.add(item);
      return finish(percentiles.results());
    };
  };
}

export const accumulatorExpressions: OperatorTable = {
  $sum: overArguments(() => new Sum()),
  $avg: overArguments(() => new Average()),
  $min: overArguments((collation) => new Extreme(-1, collation)),
  $max: overArguments((collation) => new Extreme(1, collation)),
  $stdDevPop: overArguments(() => new StandardDeviation(false)),
  $stdDevSamp: overArguments(() => new StandardDeviation(true)),
  $firstN: overArray('$firstN'),
  $lastN: overArray('$lastN'),
  $minN: overArray('$minN'),
  $maxN: overArray('$maxN'),
  $percentile: percentileOf('$percentile'),
  $median: percentileOf('$median'),
};
