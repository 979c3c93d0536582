import type { BsonValue } from '../values/bson-value.ts';
import type { Expression, ExpressionContext, Scope } from '../expression/expression.ts';

/** Collects what is made of the documents of one group. */
export interface Accumulator<Item = BsonValue> {
  add(item: Item): void;
  result(): BsonValue;
}

/** An accumulator as a pipeline uses it: what it takes from each document, and how a group begins. */
export interface AccumulatorUse<Item = unknown> {
  readonly read: (scope: Scope) => Item;
  /** `group` is the scope of expressions that belong to the whole group, such as `n`; its root is the group's `_id`. */
  readonly start: (group: Scope) => Accumulator<Item>;
}

/** Compiles the operand of one accumulator. */
export type AccumulatorCompiler = (operator: string, operand: BsonValue, context: ExpressionContext) => AccumulatorUse;

/** An accumulator of one expression. */
export const plainUse = (read: Expression, start: () => Accumulator): AccumulatorUse => ({
  read,
  // What `read` gives is what the accumulator takes.
  start: start,
});
