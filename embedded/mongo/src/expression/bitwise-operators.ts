import { Long } from 'bson';
import { typeMismatch } from '../command-error.ts';
import { bsonTypeName, isNullish, type BsonValue } from '../values/bson-value.ts';
import { integerResult } from '../values/numeric.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { isInteger } from './number-argument.ts';
import { listOperands, unaryOperator } from './operands.ts';
import { isNumber } from '../values/bson-value.ts';

/** Combines ints and longs bit by bit; one long makes the result long. */
function bitwise(operator: string, identity: bigint, combine: (a: bigint, b: bigint) => bigint): OperatorCompiler {
  return (operand, context) => {
    const operands = listOperands(operand, context);
    return (scope) => {
      let result = identity;
      let isLong = false;
      for (const expression of operands) {
        const value = expression(scope);
        if (isNullish(value)) return null;
        result = combine(result, bitsOf(operator, value));
        isLong ||= value instanceof Long;
      }
      return integerResult(result, isLong);
    };
  };
}

function bitsOf(operator: string, value: BsonValue): bigint {
  if (isNumber(value) && isInteger(value)) return BigInt(value.toString());
  throw typeMismatch(`${operator} only supports int and long operands, not ${bsonTypeName(value)}`);
}

export const bitwiseOperators: OperatorTable = {
  $bitAnd: bitwise('$bitAnd', -1n, (a, b) => a & b),
  $bitOr: bitwise('$bitOr', 0n, (a, b) => a | b),
  $bitXor: bitwise('$bitXor', 0n, (a, b) => a ^ b),
  $bitNot: unaryOperator('$bitNot', (value) =>
    isNullish(value) ? null : integerResult(~bitsOf('$bitNot', value), value instanceof Long),
  ),
};
