import type { BsonValue } from '../values/bson-value.ts';

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
}
