import { CommandError, failedToParse } from '../command-error.ts';
import { bsonTypeName, isDocument, isNullish, type BsonValue } from '../values/bson-value.ts';
import type { Expression, ExpressionContext, OperatorCompiler, OperatorTable, Scope } from './expression.ts';
import { assertDefinableName } from './field-path.ts';
import { int32Of } from './number-argument.ts';
import { namedArguments, optionalArgument } from './operands.ts';
import { isTruthy } from './truth.ts';
import { fieldEntries } from '../values/field-order.ts';

/** A scope with own variables, which are set anew for each element. */
function innerScope(scope: Scope): { readonly scope: Scope; readonly variables: Map<string, BsonValue> } {
  const variables = new Map(scope.variables);
  return { scope: { ...scope, variables }, variables };
}

/** The name an element goes by: `as`, or `this`. */
function elementName(as: BsonValue): string {
  if (as === undefined) return 'this';
  if (typeof as !== 'string') throw failedToParse("'as' has to be the name of a variable");
  assertDefinableName(as);
  return as;
}

function arrayInput(operator: string, code: number, value: BsonValue): readonly BsonValue[] {
  if (Array.isArray(value)) return value;
  throw new CommandError(code, `input to ${operator} must be an array not ${bsonTypeName(value)}`);
}

const map: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 16878, unknown: 16879, missing: { input: 16880, in: 16882 } };
  const named = namedArguments('$map', operand, { required: ['input', 'in'], optional: ['as'], codes });
  const input = context.compile(named['input']);
  const name = elementName(named['as']);
  const each = context.withVariables([name]).compile(named['in']);
  return (scope) => {
    const list = input(scope);
    if (isNullish(list)) return null;
    const inner = innerScope(scope);
    return arrayInput('$map', 16883, list).map((item) => {
      inner.variables.set(name, item);
      return each(inner.scope) ?? null;
    });
  };
};

const filter: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 28646, unknown: 28647, missing: { input: 28648, cond: 28650 } };
  const named = namedArguments('$filter', operand, { required: ['input', 'cond'], optional: ['as', 'limit'], codes });
  const input = context.compile(named['input']);
  const name = elementName(named['as']);
  const condition = context.withVariables([name]).compile(named['cond']);
  const limit = optionalArgument(named, 'limit', context);
  return (scope) => {
    const list = input(scope);
    if (isNullish(list)) return null;
    const most = filterLimit(limit, scope);
    const inner = innerScope(scope);
    const kept: BsonValue[] = [];
    for (const item of arrayInput('$filter', 28651, list)) {
      inner.variables.set(name, item);
      if (isTruthy(condition(inner.scope))) kept.push(item);
      if (kept.length >= most) break;
    }
    return kept;
  };
};

function filterLimit(limit: Expression | undefined, scope: Scope): number {
  const value = limit?.(scope);
  if (isNullish(value)) return Infinity;
  const most = int32Of(value);
  if (most === undefined) throw new CommandError(327391, '$filter: limit must be represented as a 32-bit integral value');
  if (most <= 0) throw new CommandError(327392, `$filter: limit must be greater than 0: ${most}`);
  return most;
}

const reduce: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 40075, unknown: 40076, missing: { input: 40077, initialValue: 40078, in: 40079 } };
  const named = namedArguments('$reduce', operand, { required: ['input', 'initialValue', 'in'], codes });
  const input = context.compile(named['input']);
  const initial = context.compile(named['initialValue']);
  const step = context.withVariables(['this', 'value']).compile(named['in']);
  return (scope) => {
    const list = input(scope);
    if (isNullish(list)) return null;
    const inner = innerScope(scope);
    let accumulated = initial(scope);
    for (const item of arrayInput('$reduce', 40080, list)) {
      inner.variables.set('this', item);
      inner.variables.set('value', accumulated);
      accumulated = step(inner.scope);
    }
    return accumulated;
  };
};

const letOperator: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 16874, unknown: 16875, missing: { vars: 16876, in: 16877 } };
  const named = namedArguments('$let', operand, { required: ['vars', 'in'], codes });
  const { vars } = named;
  if (!isDocument(vars)) throw new CommandError(10065, 'invalid parameter: expected an object (vars)');
  const bindings = fieldEntries(vars).map(([name, value]) => {
    assertDefinableName(name);
    return [name, context.compile(value)] as const;
  });
  const body = context.withVariables(Object.keys(vars)).compile(named['in']);
  return (scope) => {
    const inner = innerScope(scope);
    // Each value is evaluated outside, so that the bindings do not see one another.
    for (const [name, value] of bindings) inner.variables.set(name, value(scope));
    return body(
      Object.hasOwn(vars, 'CURRENT') ? { ...inner.scope, current: inner.variables.get('CURRENT') ?? null } : inner.scope,
    );
  };
};

const zip: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 34460, unknown: 34464, missing: 34465 };
  const named = namedArguments('$zip', operand, { required: [], optional: ['inputs', 'defaults', 'useLongestLength'], codes });
  const inputs = zipList(named['inputs'] ?? [], 'inputs', 34461, context);
  const defaults = zipList(named['defaults'] ?? [], 'defaults', 34462, context);
  const usesLongest = named['useLongestLength'] ?? false;
  if (typeof usesLongest !== 'boolean') throw new CommandError(34463, 'useLongestLength must be a bool');
  if (inputs.length === 0) throw new CommandError(34465, '$zip requires at least one input array');
  if (defaults.length > 0 && !usesLongest)
    throw new CommandError(34466, 'cannot specify defaults unless useLongestLength is true');
  if (defaults.length > 0 && defaults.length !== inputs.length)
    throw new CommandError(34467, 'defaults and inputs must have the same length');
  return (scope) => {
    const arrays: (readonly BsonValue[])[] = [];
    for (const input of inputs) {
      const list = input(scope);
      if (isNullish(list)) return null;
      arrays.push(zipInput(list));
    }
    const lengths = arrays.map((array) => array.length);
    const length = usesLongest ? Math.max(...lengths) : Math.min(...lengths);
    const fillers = defaults.map((value) => value(scope) ?? null);
    return Array.from({ length }, (_, row) =>
      arrays.map((array, column) => (row < array.length ? array[row] : fillers[column]) ?? null),
    );
  };
};

function zipList(value: BsonValue, name: string, code: number, context: ExpressionContext): readonly Expression[] {
  if (!Array.isArray(value))
    throw new CommandError(code, `${name} must be an array of expressions, found ${bsonTypeName(value)}`);
  return value.map((item) => context.compile(item));
}

function zipInput(value: BsonValue): readonly BsonValue[] {
  if (Array.isArray(value)) return value;
  throw new CommandError(34468, `$zip found a non-array expression in input: ${bsonTypeName(value)}`);
}

export const arrayIterationOperators: OperatorTable = {
  $map: map,
  $filter: filter,
  $reduce: reduce,
  $let: letOperator,
  $zip: zip,
};
