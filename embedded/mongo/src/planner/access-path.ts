import type { IndexDefinition } from '../storage/index-definition.ts';

/** Index keys from `low` (inclusive) to `high` (exclusive; undefined: to the end). */
export interface KeyRange {
  readonly low: Uint8Array;
  readonly high: Uint8Array | undefined;
}

export interface CollectionScan {
  readonly kind: 'collection';
  readonly isReverse: boolean;
}

export interface IndexScan {
  readonly kind: 'index';
  readonly index: IndexDefinition;
  /** In ascending key order, not overlapping. */
  readonly ranges: readonly KeyRange[];
  readonly isReverse: boolean;
  /** True when the index order is the requested sort order. */
  readonly isSorted: boolean;
}

/** How candidates are found. Every candidate is still matched against the whole filter. */
export type AccessPath = CollectionScan | IndexScan;

export const WHOLE_COLLECTION: CollectionScan = { kind: 'collection', isReverse: false };
