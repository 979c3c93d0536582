import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import type { BsonValue } from '../values/bson-value.ts';
import { compareValues, equalValues } from '../values/compare.ts';
import type { OperatorCompiler } from './expression.ts';
import { fixedOperands } from './operands.ts';

function comparison(operator: string, result: (order: number) => BsonValue): OperatorCompiler {
  return (operand, compile) => {
    const [left, right] = fixedOperands(operator, operand, 2, compile);
    return (scope) => result(compareMissing(left?.(scope), right?.(scope)));
  };
}

/** In expressions missing is below null, unlike in queries, where both are equal. */
function compareMissing(a: BsonValue, b: BsonValue): number {
  if (a === undefined && b === null) return -1;
  if (a === null && b === undefined) return 1;
  return compareValues(a, b);
}

export const comparisonOperators: Readonly<Record<string, OperatorCompiler>> = {
  $eq: comparison('$eq', (order) => order === 0),
  $ne: comparison('$ne', (order) => order !== 0),
  $gt: comparison('$gt', (order) => order > 0),
  $gte: comparison('$gte', (order) => order >= 0),
  $lt: comparison('$lt', (order) => order < 0),
  $lte: comparison('$lte', (order) => order <= 0),
  $cmp: comparison('$cmp', (order) => new Int32(Math.sign(order))),
  $in: (operand, compile) => {
    const [needle, haystack] = fixedOperands('$in', operand, 2, compile);
    return (scope) => {
      const list = haystack?.(scope);
      if (!Array.isArray(list)) throw new CommandError(40081, '$in requires an array as a second argument');
      const value = needle?.(scope);
      return list.some((item) => equalValues(item, value));
    };
  },
};
