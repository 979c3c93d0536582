import { CommandError } from '../command-error.ts';
import { isNullish, type BsonValue } from '../values/bson-value.ts';
import type { OperatorTable } from './expression.ts';
import { listOperands, unaryOperator } from './operands.ts';
import { isTruthy } from './truth.ts';

function elementsOf(operator: string, code: number, value: BsonValue): readonly BsonValue[] {
  if (Array.isArray(value)) return value;
  throw new CommandError(code, `${operator}'s argument must be an array, but is ${isNullish(value) ? 'null' : typeof value}`);
}

export const booleanOperators: OperatorTable = {
  $and: (operand, context) => {
    const conditions = listOperands(operand, context);
    return (scope) => conditions.every((condition) => isTruthy(condition(scope)));
  },
  $or: (operand, context) => {
    const conditions = listOperands(operand, context);
    return (scope) => conditions.some((condition) => isTruthy(condition(scope)));
  },
  $not: unaryOperator('$not', (value) => !isTruthy(value)),
  $allElementsTrue: unaryOperator('$allElementsTrue', (value) => elementsOf('$allElementsTrue', 17040, value).every(isTruthy)),
  $anyElementTrue: unaryOperator('$anyElementTrue', (value) => elementsOf('$anyElementTrue', 17041, value).some(isTruthy)),
};
