import { CommandError } from '../command-error.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import type { Expression, ExpressionContext, ExpressionEnvironment } from './expression.ts';
import { compileFieldPath, compileVariablePath } from './field-path.ts';
import { operatorCompiler } from './operator-table.ts';
import { fieldEntries, fieldNames, setField } from '../values/field-order.ts';

/** Compiles an aggregation expression; unknown operators and variables are refused before any document is read. */
export function compileExpression(operand: BsonValue, environment: ExpressionEnvironment = {}): Expression {
  return expressionContext(environment).compile(operand);
}

/** Compiles expressions and accumulators that see the same variables. */
export function expressionContext({ collation, variables }: ExpressionEnvironment): ExpressionContext {
  return new Compiler(collation, variables ?? new Map(), variables === undefined ? undefined : new Set(variables.keys()));
}

class Compiler implements ExpressionContext {
  readonly collation: Collation | undefined;
  readonly constants: ReadonlyMap<string, BsonValue>;
  readonly #names: ReadonlySet<string> | undefined;

  constructor(
    collation: Collation | undefined,
    constants: ReadonlyMap<string, BsonValue>,
    names: ReadonlySet<string> | undefined,
  ) {
    this.collation = collation;
    this.constants = constants;
    this.#names = names;
  }

  withVariables(names: readonly string[]): ExpressionContext {
    const known = this.#names === undefined ? undefined : new Set([...this.#names, ...names]);
    return new Compiler(this.collation, this.constants, known);
  }

  compile(operand: BsonValue): Expression {
    if (typeof operand === 'string') return this.#compileString(operand);
    if (Array.isArray(operand)) {
      const items = operand.map((item) => this.compile(item));
      return (scope) => items.map((item) => item(scope) ?? null);
    }
    if (!isDocument(operand)) return () => operand;
    const [name] = fieldNames(operand);
    return name?.startsWith('$') === true ? this.#compileOperator(name, operand) : this.#compileObject(operand);
  }

  #compileString(operand: string): Expression {
    if (operand.startsWith('$$')) return compileVariablePath(operand.slice(2), this.#names);
    if (operand.startsWith('$')) return compileFieldPath(operand.slice(1));
    return () => operand;
  }

  #compileOperator(name: string, operand: BsonDocument): Expression {
    if (Object.keys(operand).length > 1) {
      throw new CommandError(
        15983,
        `an object representing an expression must have exactly one field: ${Object.keys(operand).join(', ')}`,
      );
    }
    return operatorCompiler(name)(operand[name], this);
  }

  #compileObject(operand: BsonDocument): Expression {
    const fields = fieldEntries(operand).map(([name, value]) => {
      assertFieldName(name);
      return [name, this.compile(value)] as const;
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
}

function assertFieldName(name: string): void {
  if (name === '') throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  if (name.startsWith('$'))
    throw new CommandError(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField: ${name}`);
  if (name.includes('.')) throw new CommandError(16412, `FieldPath field names may not contain '.': ${name}`);
}
