import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { SortField } from '../values/path.ts';
import type { DocumentOrder, KeyedDocument } from './document-order.ts';
import type { StageEnvironment } from './stage.ts';

/** The documents of a partition in the order of `sortBy`. */
export interface Partition {
  readonly documents: readonly BsonDocument[];
  readonly keys: readonly KeyedDocument[];
  readonly order: DocumentOrder;
}

/** Computes the value of each document of a partition. */
export type WindowFunction = (partition: Partition) => readonly BsonValue[];

/** One window function as the client wrote it. */
export interface FunctionUse {
  readonly operator: string;
  readonly operand: BsonValue;
  readonly window: BsonValue;
  readonly sort: readonly SortField[];
  readonly environment: StageEnvironment;
}
