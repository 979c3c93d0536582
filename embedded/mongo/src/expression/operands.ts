import { CommandError } from '../command-error.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Expression, ExpressionContext, OperatorCompiler } from './expression.ts';

/** The operands of an operator with a fixed number of arguments; a single one may stand without an array. */
export function fixedOperands(
  operator: string,
  operand: BsonValue,
  count: number,
  context: ExpressionContext,
): readonly Expression[] {
  const list = Array.isArray(operand) ? operand : [operand];
  if (list.length !== count) {
    throw new CommandError(16020, `Expression ${operator} takes exactly ${count} arguments. ${list.length} were passed in.`);
  }
  return list.map((item) => context.compile(item));
}

/** The operands of an operator that takes between `least` and `most` arguments. */
export function rangedOperands(
  operator: string,
  operand: BsonValue,
  [least, most]: readonly [number, number],
  context: ExpressionContext,
): readonly Expression[] {
  const list = Array.isArray(operand) ? operand : [operand];
  if (list.length < least || list.length > most) {
    throw new CommandError(
      28667,
      `Expression ${operator} takes at least ${least} arguments, and at most ${most}, but ${list.length} were passed in.`,
    );
  }
  return list.map((item) => context.compile(item));
}

export function listOperands(operand: BsonValue, context: ExpressionContext): readonly Expression[] {
  return (Array.isArray(operand) ? operand : [operand]).map((item) => context.compile(item));
}

/** An operator of one argument. */
export function unaryOperator(operator: string, apply: (value: BsonValue) => BsonValue): OperatorCompiler {
  return (operand, context) => {
    const [argument = absent] = fixedOperands(operator, operand, 1, context);
    return (scope) => apply(argument(scope));
  };
}

/** An operator of two arguments. */
export function binaryOperator(
  operator: string,
  apply: (left: BsonValue, right: BsonValue, context: ExpressionContext) => BsonValue,
): OperatorCompiler {
  return (operand, context) => {
    const [left = absent, right = absent] = fixedOperands(operator, operand, 2, context);
    return (scope) => apply(left(scope), right(scope), context);
  };
}

interface NamedArguments {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  /** Codes of the errors: not an object, unknown argument, missing argument. */
  readonly codes: {
    readonly notObject: number;
    readonly unknown: number;
    readonly missing: number | Readonly<Record<string, number>>;
  };
}

/** Checks an operand of the form `{ input: ..., as: ... }` and gives it back as a document. */
export function namedArguments(
  operator: string,
  operand: BsonValue,
  { required, optional = [], codes }: NamedArguments,
): BsonDocument {
  if (!isDocument(operand)) throw new CommandError(codes.notObject, `${operator} only supports an object as its argument`);
  for (const name of Object.keys(operand)) {
    if (!required.includes(name) && !optional.includes(name))
      throw new CommandError(codes.unknown, `Unrecognized argument to ${operator}: ${name}`);
  }
  for (const name of required) {
    if (Object.hasOwn(operand, name)) continue;
    const code = typeof codes.missing === 'number' ? codes.missing : (codes.missing[name] ?? 0);
    throw new CommandError(code, `Missing '${name}' parameter to ${operator}`);
  }
  return operand;
}

/** Compiles an argument that may be absent. */
export function optionalArgument(argumentsOf: BsonDocument, name: string, context: ExpressionContext): Expression | undefined {
  return Object.hasOwn(argumentsOf, name) ? context.compile(argumentsOf[name]) : undefined;
}

/** Evaluates to a missing value. */
export const absent: Expression = () => undefined;
