import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';

/** Filled while matching: the index in the array through which the filter matched, for the positional `$`. */
export interface MatchContext {
  arrayIndex?: number;
}

/** A condition of one field, or, at the path of a whole value, of that value. */
export type Condition = (root: BsonValue, context?: MatchContext) => boolean;

export type Filter = (document: BsonDocument, context?: MatchContext) => boolean;

/** What conditions need besides the document. */
export interface FilterEnvironment {
  readonly collation?: Collation | undefined;
  /** Values of `let`, for `$expr`. */
  readonly variables?: ReadonlyMap<string, BsonValue> | undefined;
  /** True inside `$elemMatch`, where `$expr` is refused and the parts of a DBRef are fields. */
  readonly isElement?: boolean;
}

/** Compiles what stands inside a condition. Operators get it as a parameter, for conditions and filters contain each other. */
export interface ConditionCompiler {
  readonly environment: FilterEnvironment;
  filter(filter: BsonDocument): Filter;
  condition(path: readonly string[], condition: BsonValue): Condition;
}

/** A test of one value a path reaches. */
export type ValueTest = (value: BsonValue) => boolean;
