import type { BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';

/** Computes a field's new value. `undefined` as result removes the field; NO_CHANGE leaves everything as it is. */
export type FieldChange = (current: BsonValue, field: FieldInfo) => BsonValue | typeof NO_CHANGE;

export interface FieldInfo {
  /** The concrete path, for messages. */
  readonly path: string;
  /** The document's `_id`, for messages. */
  readonly id: BsonValue;
}

export const NO_CHANGE = Symbol('no change');

/** Parses the operand of one update operator for one path. */
export interface UpdateOperator {
  readonly parse: (operand: BsonValue, path: string, environment: UpdateEnvironment) => FieldChange;
  /** False for operators such as `$pull` that do nothing when the path does not exist. */
  readonly createsPath: boolean;
}

export interface UpdateEnvironment {
  /** The time of the command, the same for all its documents. */
  readonly now: Date;
  /** Of the statement or its collection: how `$min`, `$pull`, `$addToSet` and array filters compare strings. */
  readonly collation?: Collation | undefined;
  /** Values of `let`, for pipelines and `$expr`. */
  readonly variables?: ReadonlyMap<string, BsonValue> | undefined;
  /** True when the statement has constants (`c`), which only pipelines may use. */
  readonly hasConstants?: boolean;
}
