import { CommandError } from '../command-error.ts';
import { isDocument, isNullish, type BsonValue } from '../values/bson-value.ts';
import type { Expression, OperatorCompiler } from './expression.ts';
import { fixedOperands, listOperands } from './operands.ts';
import { isTruthy } from './truth.ts';

export const booleanOperators: Readonly<Record<string, OperatorCompiler>> = {
  $and: (operand, compile) => {
    const conditions = listOperands(operand, compile);
    return (scope) => conditions.every((condition) => isTruthy(condition(scope)));
  },
  $or: (operand, compile) => {
    const conditions = listOperands(operand, compile);
    return (scope) => conditions.some((condition) => isTruthy(condition(scope)));
  },
  $not: (operand, compile) => {
    const [condition] = fixedOperands('$not', operand, 1, compile);
    return (scope) => !isTruthy(condition?.(scope));
  },
  $cond: (operand, compile) => {
    const [condition, whenTrue, whenFalse] = condOperands(operand, compile);
    return (scope) => (isTruthy(condition?.(scope)) ? whenTrue?.(scope) : whenFalse?.(scope));
  },
  $ifNull: (operand, compile) => {
    if (!Array.isArray(operand) || operand.length < 2) throw new CommandError(1257300, '$ifNull needs at least two arguments');
    const candidates = operand.map((item) => compile(item));
    return (scope) => {
      let value: BsonValue;
      for (const candidate of candidates) {
        value = candidate(scope);
        if (!isNullish(value)) return value;
      }
      return value;
    };
  },
  $switch: (operand, compile) => {
    if (!isDocument(operand)) throw new CommandError(40060, '$switch requires an object as an argument');
    const { branches, default: fallback, ...unknown } = operand;
    if (Object.keys(unknown).length > 0)
      throw new CommandError(40067, `$switch found an unknown argument: ${Object.keys(unknown)[0]}`);
    if (!Array.isArray(branches) || branches.length === 0) throw new CommandError(40068, '$switch requires at least one branch.');
    const compiled = branches.map((branch) => switchBranch(branch, compile));
    const otherwise = Object.hasOwn(operand, 'default') ? compile(fallback) : undefined;
    return (scope) => {
      const taken = compiled.find((branch) => isTruthy(branch.condition(scope)));
      if (taken !== undefined) return taken.then(scope);
      if (otherwise !== undefined) return otherwise(scope);
      throw new CommandError(40066, '$switch could not find a matching branch for an input, and no default was specified.');
    };
  },
};

function switchBranch(
  branch: BsonValue,
  compile: (operand: BsonValue) => Expression,
): { condition: Expression; then: Expression } {
  if (
    !isDocument(branch) ||
    !Object.hasOwn(branch, 'case') ||
    !Object.hasOwn(branch, 'then') ||
    Object.keys(branch).length !== 2
  ) {
    throw new CommandError(40064, "$switch requires each branch have a 'case' and a 'then' expression and nothing else");
  }
  return { condition: compile(branch['case']), then: compile(branch['then']) };
}

function condOperands(operand: BsonValue, compile: (operand: BsonValue) => Expression): readonly Expression[] {
  if (!isDocument(operand)) return fixedOperands('$cond', operand, 3, compile);
  const fields = ['if', 'then', 'else'];
  for (const name of Object.keys(operand)) {
    if (!fields.includes(name)) throw new CommandError(17083, `Unrecognized parameter to $cond: ${name}`);
  }
  for (const [position, name] of fields.entries()) {
    if (!Object.hasOwn(operand, name)) throw new CommandError(17080 + position, `Missing '${name}' parameter to $cond`);
  }
  return fields.map((name) => compile(operand[name]));
}
