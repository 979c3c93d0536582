import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeName, isNullish, isNumber, type BsonValue } from '../values/bson-value.ts';
import { toInteger } from '../values/numeric.ts';
import type { OperatorCompiler } from './expression.ts';
import { fixedOperands, listOperands } from './operands.ts';

export const stringOperators: Readonly<Record<string, OperatorCompiler>> = {
  $concat: (operand, compile) => {
    const parts = listOperands(operand, compile);
    return (scope) => {
      let text = '';
      for (const part of parts) {
        const value = part(scope);
        if (isNullish(value)) return null;
        if (typeof value !== 'string') throw new CommandError(16702, `$concat only supports strings, not ${bsonTypeName(value)}`);
        text += value;
      }
      return text;
    };
  },
};

export const arrayOperators: Readonly<Record<string, OperatorCompiler>> = {
  $size: (operand, compile) => {
    const [argument] = fixedOperands('$size', operand, 1, compile);
    return (scope) => {
      const value = argument?.(scope);
      if (!Array.isArray(value)) {
        throw new CommandError(17124, `The argument to $size must be an array, but was of type: ${bsonTypeName(value)}`);
      }
      return new Int32(value.length);
    };
  },
  $isArray: (operand, compile) => {
    const [argument] = fixedOperands('$isArray', operand, 1, compile);
    return (scope) => Array.isArray(argument?.(scope));
  },
  $arrayElemAt: (operand, compile) => {
    const [array, position] = fixedOperands('$arrayElemAt', operand, 2, compile);
    return (scope) => {
      const list = array?.(scope);
      const index = position?.(scope);
      if (isNullish(list) || isNullish(index)) return null;
      if (!Array.isArray(list)) {
        throw new CommandError(28689, `$arrayElemAt's first argument must be an array, but is ${bsonTypeName(list)}`);
      }
      return list.at(elementIndex(index));
    };
  },
  $first: (operand, compile) => {
    const [argument] = fixedOperands('$first', operand, 1, compile);
    return (scope) => endOf(argument?.(scope), 0);
  },
  $last: (operand, compile) => {
    const [argument] = fixedOperands('$last', operand, 1, compile);
    return (scope) => endOf(argument?.(scope), -1);
  },
  $concatArrays: (operand, compile) => {
    const arrays = listOperands(operand, compile);
    return (scope) => {
      const joined: BsonValue[] = [];
      for (const array of arrays) {
        const value = array(scope);
        if (isNullish(value)) return null;
        if (!Array.isArray(value))
          throw new CommandError(28664, `$concatArrays only supports arrays, not ${bsonTypeName(value)}`);
        joined.push(...value);
      }
      return joined;
    };
  },
};

function elementIndex(index: BsonValue): number {
  const integer = isNumber(index) ? toInteger(index) : undefined;
  if (integer === undefined)
    throw new CommandError(28690, "$arrayElemAt's second argument must be representable as a 32-bit integer");
  return Number(integer);
}

function endOf(list: BsonValue, index: number): BsonValue {
  if (isNullish(list)) return null;
  if (!Array.isArray(list)) throw new CommandError(28689, `the argument must be an array, but is ${bsonTypeName(list)}`);
  return list.at(index);
}
