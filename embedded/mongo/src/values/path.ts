import { MinKey } from 'bson';
import { compareValues } from './compare.ts';
import { getField, isDocument, type BsonDocument, type BsonValue } from './bson-value.ts';
import type { Collation } from './collation.ts';

export const isArrayIndex = (part: string): boolean => /^(0|[1-9]\d*)$/.test(part);

/** Reads a dotted path without spreading over arrays; a numeric part indexes an array. */
export function readPath(root: BsonValue, path: string): BsonValue {
  let value = root;
  for (const part of path.split('.')) {
    if (Array.isArray(value)) value = isArrayIndex(part) ? value[Number(part)] : undefined;
    else value = isDocument(value) ? getField(value, part) : undefined;
  }
  return value;
}

/**
 * All values a dotted path reaches, spreading over arrays on the way and at its end. A missing field counts as `undefined`;
 * an empty array at the end gives no value.
 */
export function spreadPath(root: BsonDocument, path: string): BsonValue[] {
  const found: BsonValue[] = [];
  spread(root, path.split('.'), 0, found);
  return found;
}

function spread(value: BsonValue, parts: readonly string[], depth: number, found: BsonValue[]): void {
  const part = parts[depth];
  if (part === undefined) {
    if (Array.isArray(value)) found.push(...value);
    else found.push(value);
    return;
  }
  if (!Array.isArray(value)) {
    spread(isDocument(value) ? getField(value, part) : undefined, parts, depth + 1, found);
    return;
  }
  if (isArrayIndex(part) && Number(part) < value.length) spread(value[Number(part)], parts, depth + 1, found);
  for (const item of value) {
    if (isDocument(item)) spread(getField(item, part), parts, depth + 1, found);
    else found.push(undefined);
  }
}

/** Rank below null: MongoDB sorts an empty array before null and missing. */
export const EMPTY_ARRAY = Symbol('empty array');
export type SortValue = BsonValue | typeof EMPTY_ARRAY;

export interface SortField {
  readonly path: string;
  readonly direction: 1 | -1;
}

/** The value a document sorts by: for arrays the smallest element ascending, the largest descending. */
export function sortValue(document: BsonDocument, field: SortField, collation?: Collation): SortValue {
  if (!field.path.includes('.')) {
    const value = getField(document, field.path);
    if (!Array.isArray(value)) return value;
    if (value.length === 0) return EMPTY_ARRAY;
  }
  const values = spreadPath(document, field.path);
  if (values.length === 0) return Array.isArray(readPath(document, field.path)) ? EMPTY_ARRAY : undefined;
  return values.reduce((best, value) => (compareValues(value, best, collation) * field.direction < 0 ? value : best));
}

export function compareSortValues(a: SortValue, b: SortValue, collation?: Collation): number {
  if (a === EMPTY_ARRAY) return b === EMPTY_ARRAY ? 0 : b instanceof MinKey ? 1 : -1;
  if (b === EMPTY_ARRAY) return a instanceof MinKey ? -1 : 1;
  return compareValues(a, b, collation);
}
