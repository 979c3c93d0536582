import { badValue, CommandError, notSupported } from '../command-error.ts';
import { getField, isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { fieldEntries } from '../values/field-order.ts';
import { keyTuplesOf } from '../values/key-tuples.ts';
import { toDouble } from '../values/numeric.ts';
import { compareSortValues, sortValue, type SortField, type SortValue } from '../values/path.ts';

export interface SortSpecification {
  readonly fields: readonly SortField[];
  /** Direction of `{ $natural: ±1 }`, the order in which documents were inserted. */
  readonly natural: 1 | -1 | undefined;
}

const MAX_SORT_FIELDS = 32;

/** Parses `sort`; an empty or absent specification has no fields. */
export function parseSort(specification: BsonValue): SortSpecification {
  if (specification === undefined) return { fields: [], natural: undefined };
  if (!isDocument(specification)) throw new CommandError(14, 'Expected field sort to be of type object');
  const entries = fieldEntries(specification);
  if (entries.length > MAX_SORT_FIELDS) throw new CommandError(13103, 'too many compound keys');
  if (Object.hasOwn(specification, '$natural')) {
    if (entries.length > 1) throw badValue('$natural sort cannot be set to a value other than -1 or 1, or be combined');
    return { fields: [], natural: direction(specification['$natural']) };
  }
  return { fields: entries.map(([path, order]) => ({ path: sortPath(path), direction: direction(order) })), natural: undefined };
}

function sortPath(path: string): string {
  if (path === '' || path.split('.').some((part) => part === ''))
    throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  if (path.startsWith('$')) throw new CommandError(16410, "FieldPath field names may not start with '$'.");
  return path;
}

function direction(order: BsonValue): 1 | -1 {
  if (isDocument(order)) {
    if (Object.hasOwn(order, '$meta')) throw notSupported('sorting by $meta');
    throw new CommandError(17312, 'The only expression valid in a sort specification is $meta');
  }
  if (!isNumber(order)) throw new CommandError(15974, `Illegal key in $sort specification`);
  const value = toDouble(order);
  if (value !== 1 && value !== -1)
    throw new CommandError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  return value;
}

export type SortKey = readonly SortValue[];

/**
 * What a document sorts by. Of fields below one array the values come from one element together, so the best element counts, not
 * the best value of each field. Two different arrays cannot be sorted by (error 2).
 */
export function sortKeyOf(document: BsonDocument, fields: readonly SortField[], collation?: Collation): SortKey {
  const independent = (): SortKey => fields.map((field) => sortValue(document, field, collation));
  if (fields.length < 2 || fields.filter((field) => meetsArray(document, field.path)).length < 2) return independent();
  const tuples = parallelSafeTuples(document, fields);
  return tuples.reduce((best, tuple) => (compareSortKeys(tuple, best, fields, collation) < 0 ? tuple : best));
}

function parallelSafeTuples(document: BsonDocument, fields: readonly SortField[]): readonly SortKey[] {
  try {
    return keyTuplesOf(
      document,
      fields.map((field) => field.path.split('.')),
    ).tuples;
  } catch (error) {
    if (error instanceof CommandError && error.code === 171) throw badValue('cannot sort with keys that are parallel arrays');
    throw error;
  }
}

function meetsArray(document: BsonDocument, path: string): boolean {
  let value: BsonValue = document;
  for (const part of path.split('.')) {
    if (!isDocument(value)) return Array.isArray(value);
    value = getField(value, part);
  }
  return Array.isArray(value);
}

export function compareSortKeys(a: SortKey, b: SortKey, fields: readonly SortField[], collation?: Collation): number {
  for (const [position, field] of fields.entries()) {
    const order = compareSortValues(a[position], b[position], collation);
    if (order !== 0) return order * field.direction;
  }
  return 0;
}
