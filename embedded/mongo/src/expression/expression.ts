import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';

/** What an expression is evaluated against. */
export interface Scope {
  /** `$$ROOT`. */
  readonly root: BsonDocument;
  /** `$$CURRENT` where it differs from the root: in `$redact` and where `$let` binds it. */
  readonly current?: BsonValue;
  /** `NOW`, the values of `let` and the variables of the operators around. */
  readonly variables: ReadonlyMap<string, BsonValue>;
}

/** `undefined` is a missing field, or `$$REMOVE`. */
export type Expression = (scope: Scope) => BsonValue;

/** What an expression needs at compile time. Without `variables` their names are checked only when they are read. */
export interface ExpressionEnvironment {
  readonly collation?: Collation | undefined;
  readonly variables?: ReadonlyMap<string, BsonValue> | undefined;
}

/** Compiles sub-expressions for the operators. */
export interface ExpressionContext {
  readonly collation: Collation | undefined;
  /** Variables whose values are known without a document, such as those of the command's `let`. */
  readonly constants: ReadonlyMap<string, BsonValue>;
  compile(operand: BsonValue): Expression;
  /** The same with more variables in sight. */
  withVariables(names: readonly string[]): ExpressionContext;
}

/** Compiles the operand of one operator. */
export type OperatorCompiler = (operand: BsonValue, context: ExpressionContext) => Expression;

export type OperatorTable = Readonly<Record<string, OperatorCompiler>>;
