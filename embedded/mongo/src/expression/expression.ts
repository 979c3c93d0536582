import type { BsonDocument, BsonValue } from '../values/bson-value.ts';

/** What an expression is evaluated against. */
export interface Scope {
  readonly root: BsonDocument;
  readonly variables: ReadonlyMap<string, BsonValue>;
}

/** `undefined` is a missing field, or `$$REMOVE`. */
export type Expression = (scope: Scope) => BsonValue;

/** Compiles the operand of one operator. `compile` compiles sub-expressions. */
export type OperatorCompiler = (operand: BsonValue, compile: (operand: BsonValue) => Expression) => Expression;
