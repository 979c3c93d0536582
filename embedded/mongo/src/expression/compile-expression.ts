import { CommandError } from '../command-error.ts';
import { bsonTypeName, getField, isDocument, setField, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { arithmeticOperators } from './arithmetic-operators.ts';
import { booleanOperators } from './boolean-operators.ts';
import { comparisonOperators } from './comparison-operators.ts';
import { dateOperators } from './date-operators.ts';
import type { Expression, OperatorCompiler, Scope } from './expression.ts';
import { fixedOperands } from './operands.ts';
import { arrayOperators, stringOperators } from './string-and-array-operators.ts';

const OPERATORS: Readonly<Record<string, OperatorCompiler>> = {
  ...comparisonOperators,
  ...booleanOperators,
  ...arithmeticOperators,
  ...stringOperators,
  ...arrayOperators,
  ...dateOperators,
  $literal: (operand) => () => operand,
  $type: (operand, compile) => {
    const [argument] = fixedOperands('$type', operand, 1, compile);
    return (scope) => bsonTypeName(argument?.(scope));
  },
};

/** Compiles an aggregation expression; unknown operators are refused before any document is read. */
export function compileExpression(operand: BsonValue): Expression {
  if (typeof operand === 'string' && operand.startsWith('$$')) return compileVariable(operand.slice(2));
  if (typeof operand === 'string' && operand.startsWith('$')) return compileFieldPath(operand.slice(1));
  if (Array.isArray(operand)) {
    const items = operand.map((item) => compileExpression(item));
    return (scope) => items.map((item) => item(scope) ?? null);
  }
  if (!isDocument(operand)) return () => operand;
  const [name, ...others] = Object.keys(operand);
  if (name?.startsWith('$') !== true) return compileObject(operand);
  if (others.length > 0) {
    throw new CommandError(
      15983,
      `An object representing an expression must have exactly one field: ${Object.keys(operand).join(', ')}`,
    );
  }
  const compiler = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (compiler === undefined) throw new CommandError(168, `Unrecognized expression '${name}'`);
  return compiler(operand[name], compileExpression);
}

function compileObject(operand: BsonDocument): Expression {
  const fields = Object.entries(operand).map(([name, value]) => {
    if (name.startsWith('$')) throw new CommandError(15983, `Unrecognized expression field '${name}'`);
    if (name.includes('.')) throw new CommandError(16412, `FieldPath field names may not contain '.': ${name}`);
    return [name, compileExpression(value)] as const;
  });
  return (scope) => {
    const result: BsonDocument = {};
    for (const [name, expression] of fields) {
      const value = expression(scope);
      if (value !== undefined) setField(result, name, value);
    }
    return result;
  };
}

function compileFieldPath(path: string): Expression {
  const parts = pathParts(path);
  return ({ root }) => readExpressionPath(root, parts, 0);
}

function pathParts(path: string): readonly string[] {
  const parts = path.split('.');
  if (parts.some((part) => part === '')) throw new CommandError(15998, 'FieldPath must not contain empty field names.');
  if (parts.some((part) => part.startsWith('$'))) throw new CommandError(16410, "FieldPath field names may not start with '$'.");
  return parts;
}

/** In expressions an array on the way gives the array of its sub-documents' values; numbers do not index. */
function readExpressionPath(value: BsonValue, parts: readonly string[], depth: number): BsonValue {
  const part = parts[depth];
  if (part === undefined) return value;
  if (Array.isArray(value)) {
    return value.map((item) => readExpressionPath(item, parts, depth)).filter((item) => item !== undefined);
  }
  return isDocument(value) ? readExpressionPath(getField(value, part), parts, depth + 1) : undefined;
}

function compileVariable(text: string): Expression {
  const [name = '', ...path] = text.split('.');
  if (path.length > 0) pathParts(path.join('.'));
  const read = variableReader(name);
  return (scope) => readExpressionPath(read(scope), path, 0);
}

function variableReader(name: string): (scope: Scope) => BsonValue {
  switch (name) {
    case 'ROOT':
    case 'CURRENT':
      return ({ root }) => root;
    case 'REMOVE':
      return () => undefined;
    case 'NOW':
      return ({ variables }) => variables.get('NOW') ?? null;
    default:
      if (!/^[a-z_\u0080-\uffff]/.test(name)) throw new CommandError(9, `'${name}' is not a known system variable`);
      return ({ variables }) => {
        if (!variables.has(name)) throw new CommandError(17276, `Use of undefined variable: ${name}`);
        return variables.get(name);
      };
  }
}
