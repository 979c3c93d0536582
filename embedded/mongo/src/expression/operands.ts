import { CommandError } from '../command-error.ts';
import type { BsonValue } from '../values/bson-value.ts';
import type { Expression } from './expression.ts';

/** The operands of an operator with a fixed number of arguments; a single one may stand without an array. */
export function fixedOperands(
  operator: string,
  operand: BsonValue,
  count: number,
  compile: (operand: BsonValue) => Expression,
): readonly Expression[] {
  const list = Array.isArray(operand) ? operand : [operand];
  if (list.length !== count) {
    throw new CommandError(16020, `Expression ${operator} takes exactly ${count} arguments. ${list.length} were passed in.`);
  }
  return list.map((item) => compile(item));
}

export function listOperands(operand: BsonValue, compile: (operand: BsonValue) => Expression): readonly Expression[] {
  return (Array.isArray(operand) ? operand : [operand]).map((item) => compile(item));
}
