import { CommandError } from '../command-error.ts';
import { bsonTypeName, isDocument, isNullish, type BsonValue } from '../values/bson-value.ts';
import type { Expression, ExpressionContext, OperatorCompiler, OperatorTable } from './expression.ts';
import { absent, fixedOperands } from './operands.ts';
import { isTruthy } from './truth.ts';

const cond: OperatorCompiler = (operand, context) => {
  const [condition = absent, whenTrue = absent, whenFalse = absent] = condOperands(operand, context);
  return (scope) => (isTruthy(condition(scope)) ? whenTrue(scope) : whenFalse(scope));
};

function condOperands(operand: BsonValue, context: ExpressionContext): readonly Expression[] {
  if (!isDocument(operand)) return fixedOperands('$cond', operand, 3, context);
  const fields = ['if', 'then', 'else'];
  for (const name of Object.keys(operand)) {
    if (!fields.includes(name)) throw new CommandError(17083, `Unrecognized parameter to $cond: ${name}`);
  }
  for (const [position, name] of fields.entries()) {
    if (!Object.hasOwn(operand, name)) throw new CommandError(17080 + position, `Missing '${name}' parameter to $cond`);
  }
  return fields.map((name) => context.compile(operand[name]));
}

const ifNull: OperatorCompiler = (operand, context) => {
  if (!Array.isArray(operand) || operand.length < 2)
    throw new CommandError(1257300, '$ifNull needs at least two arguments, had: 1');
  const candidates = operand.map((item) => context.compile(item));
  return (scope) => {
    let value: BsonValue;
    for (const candidate of candidates) {
      value = candidate(scope);
      if (!isNullish(value)) return value;
    }
    return value;
  };
};

const switchOperator: OperatorCompiler = (operand, context) => {
  if (!isDocument(operand))
    throw new CommandError(40060, `$switch requires an object as an argument, found: ${bsonTypeName(operand)}`);
  const unknown = Object.keys(operand).find((name) => name !== 'branches' && name !== 'default');
  if (unknown !== undefined) throw new CommandError(40067, `$switch found an unknown argument: ${unknown}`);
  const branches = operand['branches'] ?? [];
  if (!Array.isArray(branches)) throw new CommandError(40061, "$switch expected an array for 'branches'");
  if (branches.length === 0) throw new CommandError(40068, '$switch requires at least one branch.');
  const compiled = branches.map((branch) => switchBranch(branch, context));
  const otherwise = Object.hasOwn(operand, 'default') ? context.compile(operand['default']) : undefined;
  return (scope) => {
    const taken = compiled.find((branch) => isTruthy(branch.condition(scope)));
    if (taken !== undefined) return taken.then(scope);
    if (otherwise !== undefined) return otherwise(scope);
    throw new CommandError(40066, '$switch could not find a matching branch for an input, and no default was specified.');
  };
};

function switchBranch(branch: BsonValue, context: ExpressionContext): { condition: Expression; then: Expression } {
  if (!isDocument(branch)) throw new CommandError(40062, '$switch expected each branch to be an object');
  const unknown = Object.keys(branch).find((name) => name !== 'case' && name !== 'then');
  if (unknown !== undefined) throw new CommandError(40063, `$switch found an unknown argument to a branch: ${unknown}`);
  if (!Object.hasOwn(branch, 'case')) throw new CommandError(40064, "$switch requires each branch have a 'case' expression");
  if (!Object.hasOwn(branch, 'then')) throw new CommandError(40065, "$switch requires each branch have a 'then' expression.");
  return { condition: context.compile(branch['case']), then: context.compile(branch['then']) };
}

export const conditionalOperators: OperatorTable = { $cond: cond, $ifNull: ifNull, $switch: switchOperator };
