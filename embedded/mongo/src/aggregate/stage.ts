import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';

/** One compiled pipeline stage. Streams where it can; `$group` and `$sort` read everything first. */
export type Stage = (documents: Iterable<BsonDocument>) => Iterable<BsonDocument>;

export interface StageEnvironment {
  readonly collation?: Collation | undefined;
  /** `NOW` and the values of `let`. */
  readonly variables: ReadonlyMap<string, BsonValue>;
}

export type StageCompiler = (operand: BsonValue, environment: StageEnvironment) => Stage;
