import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeName, isNullish, isNumber, type BsonValue } from '../values/bson-value.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { int32Of } from './number-argument.ts';
import { absent, binaryOperator, fixedOperands, listOperands, rangedOperands, unaryOperator } from './operands.ts';
import { equalExact } from './value-order.ts';

const MAX_RANGE_BYTES = 100 * 1024 * 1024;

function elementAt(operator: string, list: BsonValue, index: BsonValue): BsonValue {
  if (isNullish(list) || isNullish(index)) return null;
  const subject = operator === '$arrayElemAt' ? 'first argument must' : 'argument must';
  if (!Array.isArray(list)) throw new CommandError(28689, `${operator}'s ${subject} be an array, but is ${bsonTypeName(list)}`);
  if (!isNumber(index))
    throw new CommandError(28690, `${operator}'s second argument must be a numeric value, but is ${bsonTypeName(index)}`);
  const position = int32Of(index);
  if (position === undefined)
    throw new CommandError(28691, `${operator}'s second argument must be representable as a 32-bit integer: ${index.toString()}`);
  return list.at(position);
}

const concatArrays: OperatorCompiler = (operand, context) => {
  const arrays = listOperands(operand, context);
  return (scope) => {
    const joined: BsonValue[] = [];
    for (const array of arrays) {
      const value = array(scope);
      if (isNullish(value)) return null;
      if (!Array.isArray(value)) throw new CommandError(28664, `$concatArrays only supports arrays, not ${bsonTypeName(value)}`);
      for (const item of value) joined.push(item);
    }
    return joined;
  };
};

const slice: OperatorCompiler = (operand, context) => {
  const [array = absent, first = absent, second] = rangedOperands('$slice', operand, [2, 3], context);
  return (scope) => {
    const list = array(scope);
    const from = first(scope);
    if (isNullish(list) || isNullish(from)) return null;
    if (!Array.isArray(list))
      throw new CommandError(28724, `First argument to $slice must be an array, but is of type: ${bsonTypeName(list)}`);
    const position = sliceNumber(from, 'Second', 28725);
    if (second === undefined) return position < 0 ? list.slice(position) : list.slice(0, position);
    const size = second(scope);
    if (isNullish(size)) return null;
    const count = sliceNumber(size, 'Third', 28727);
    if (count <= 0) throw new CommandError(28729, `Third argument to $slice must be positive: ${count}`);
    const start = position < 0 ? Math.max(0, list.length + position) : position;
    return list.slice(start, start + count);
  };
};

function sliceNumber(value: BsonValue, ordinal: string, code: number): number {
  if (!isNumber(value))
    throw new CommandError(code, `${ordinal} argument to $slice must be numeric, but is of type: ${bsonTypeName(value)}`);
  const integer = int32Of(value);
  if (integer === undefined)
    throw new CommandError(
      code + 1,
      `${ordinal} argument to $slice can't be represented as a 32-bit integer: ${value.toString()}`,
    );
  return integer;
}

const indexOfArray: OperatorCompiler = (operand, context) => {
  const [array = absent, wanted = absent, from, to] = rangedOperands('$indexOfArray', operand, [2, 4], context);
  return (scope) => {
    const list = array(scope);
    if (isNullish(list)) return null;
    if (!Array.isArray(list))
      throw new CommandError(40090, `$indexOfArray requires an array as a first argument, found: ${bsonTypeName(list)}`);
    const start = from === undefined ? 0 : searchIndex('$indexOfArray', from(scope), 'starting index');
    const end = to === undefined ? list.length : Math.min(list.length, searchIndex('$indexOfArray', to(scope), 'ending index'));
    const value = wanted(scope);
    for (let index = start; index < end; index += 1) {
      if (equalExact(list[index], value, context.collation)) return new Int32(index);
    }
    return new Int32(-1);
  };
};

/** A start or end of a search: a whole number from 0. */
export function searchIndex(operator: string, value: BsonValue, name: string): number {
  const index = int32Of(value);
  if (index === undefined)
    throw new CommandError(40096, `${operator} requires an integral ${name}, found a value of type: ${bsonTypeName(value)}`);
  if (index < 0) throw new CommandError(40097, `${operator} requires a nonnegative ${name}, found: ${index}`);
  return index;
}

const range: OperatorCompiler = (operand, context) => {
  const [first = absent, last = absent, increment] = rangedOperands('$range', operand, [2, 3], context);
  return (scope) => {
    const start = rangeNumber(first(scope), 'starting', 34443);
    const end = rangeNumber(last(scope), 'ending', 34445);
    const step = increment === undefined ? 1 : rangeNumber(increment(scope), 'step', 34447);
    if (step === 0) throw new CommandError(34449, '$range requires a non-zero step value');
    // MongoDB counts 16 bytes for each value it would make.
    const bytes = Math.max(0, Math.ceil((end - start) / step)) * 16;
    if (bytes > MAX_RANGE_BYTES) throw new CommandError(146, `$range would use too much memory (${bytes} bytes)`);
    const numbers: BsonValue[] = [];
    for (let value = start; step > 0 ? value < end : value > end; value += step) numbers.push(new Int32(value));
    return numbers;
  };
};

function rangeNumber(value: BsonValue, name: string, code: number): number {
  if (!isNumber(value))
    throw new CommandError(code, `$range requires a numeric ${name} value, found value of type: ${bsonTypeName(value)}`);
  const integer = int32Of(value);
  if (integer === undefined)
    throw new CommandError(
      code + 1,
      `$range requires a ${name} value that can be represented as a 32-bit integer, found value: ${value.toString()}`,
    );
  return integer;
}

export const arrayOperators: OperatorTable = {
  $arrayElemAt: binaryOperator('$arrayElemAt', (list, index) => elementAt('$arrayElemAt', list, index)),
  $first: unaryOperator('$first', (list) => elementAt('$first', list, new Int32(0))),
  $last: unaryOperator('$last', (list) => elementAt('$last', list, new Int32(-1))),
  $concatArrays: concatArrays,
  $slice: slice,
  $indexOfArray: indexOfArray,
  $range: range,
  $in: (operand, context) => {
    const [needle = absent, haystack = absent] = fixedOperands('$in', operand, 2, context);
    return (scope) => {
      const list = haystack(scope);
      if (!Array.isArray(list))
        throw new CommandError(40081, `$in requires an array as a second argument, found: ${bsonTypeName(list)}`);
      const value = needle(scope);
      return list.some((item) => equalExact(item, value, context.collation));
    };
  },
  $isArray: unaryOperator('$isArray', (value) => Array.isArray(value)),
  $size: unaryOperator('$size', (value) => {
    if (Array.isArray(value)) return new Int32(value.length);
    throw new CommandError(17124, `The argument to $size must be an array, but was of type: ${bsonTypeName(value)}`);
  }),
  $reverseArray: unaryOperator('$reverseArray', (value) => {
    if (isNullish(value)) return null;
    if (Array.isArray(value)) return value.toReversed();
    throw new CommandError(34435, `The argument to $reverseArray must be an array, but was of type: ${bsonTypeName(value)}`);
  }),
};
