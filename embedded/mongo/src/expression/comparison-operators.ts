import { Int32 } from 'bson';
import type { BsonValue } from '../values/bson-value.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { absent, fixedOperands } from './operands.ts';
import { compareExact } from './value-order.ts';

function comparison(operator: string, result: (order: number) => BsonValue): OperatorCompiler {
  return (operand, context) => {
    const [left = absent, right = absent] = fixedOperands(operator, operand, 2, context);
    const { collation } = context;
    return (scope) => result(compareExact(left(scope), right(scope), collation));
  };
}

export const comparisonOperators: OperatorTable = {
  $eq: comparison('$eq', (order) => order === 0),
  $ne: comparison('$ne', (order) => order !== 0),
  $gt: comparison('$gt', (order) => order > 0),
  $gte: comparison('$gte', (order) => order >= 0),
  $lt: comparison('$lt', (order) => order < 0),
  $lte: comparison('$lte', (order) => order <= 0),
  $cmp: comparison('$cmp', (order) => new Int32(Math.sign(order))),
};
