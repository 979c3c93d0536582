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
  /** True when the entries in the ranges are those of the matching documents, one each: counting needs no document. */
  readonly isExact: boolean;
}

/** One index scan for each branch of an `$or`; a document that several lead to counts once. */
export interface UnionScan {
  readonly kind: 'union';
  readonly branches: readonly IndexScan[];
  readonly isReverse: false;
}

/** How candidates are found. Every candidate is still matched against the whole filter. */
export type AccessPath = CollectionScan | IndexScan | UnionScan;

export const WHOLE_COLLECTION: CollectionScan = { kind: 'collection', isReverse: false };
