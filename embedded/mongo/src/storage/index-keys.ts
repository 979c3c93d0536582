import { getField, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { documentOf } from '../values/field-order.ts';
import { keyTuplesOf } from '../values/key-tuples.ts';
import { isArrayIndex, readPath, type SortField, type SortValue } from '../values/path.ts';
import type { IndexDefinition } from './index-definition.ts';
import { encodeKey } from './key-encoding.ts';

export interface IndexKeys {
  readonly keys: readonly Buffer[];
  readonly isMultikey: boolean;
}

const NO_KEYS: IndexKeys = { keys: [], isMultikey: false };

/** The entries a document has in an index: one per distinct combination of array elements, none when sparse or partial exclude it. */
export function indexKeysOf(index: IndexDefinition, document: BsonDocument): IndexKeys {
  if (index.matchesPartialFilter !== undefined && !index.matchesPartialFilter(document)) return NO_KEYS;
  if (index.isSparse && !index.paths.some((path) => pathExists(document, path))) return NO_KEYS;
  const flat = flatTuple(document, index.fields);
  if (flat !== undefined) return { keys: [encodeKey(flat, index.fields)], isMultikey: false };
  const { tuples, hasArray } = keyTuplesOf(document, index.paths);
  const keys = tuples.map((tuple) => encodeKey(tuple, index.fields));
  return { keys: keys.length > 1 ? distinct(keys) : keys, isMultikey: hasArray };
}

/** The usual case: no field is below another and none holds an array. */
function flatTuple(document: BsonDocument, fields: readonly SortField[]): SortValue[] | undefined {
  const values: SortValue[] = [];
  for (const { path } of fields) {
    if (path.includes('.')) return undefined;
    const value = getField(document, path);
    if (Array.isArray(value)) return undefined;
    values.push(value);
  }
  return values;
}

/** The values shown as `keyValue` in a duplicate key error. */
export function keyValueOf(index: IndexDefinition, document: BsonDocument): BsonDocument {
  const entries = index.fields.map((field) => {
    const value = readPath(document, field.path);
    return [field.path, (Array.isArray(value) ? value[0] : value) ?? null] as const;
  });
  return documentOf(entries);
}

function pathExists(value: BsonValue, path: readonly string[]): boolean {
  const [part, ...rest] = path;
  if (part === undefined) return value !== undefined;
  if (Array.isArray(value)) {
    if (isArrayIndex(part) && Number(part) < value.length) return pathExists(value[Number(part)], rest);
    return value.some((item) => isDocument(item) && pathExists(item, path));
  }
  return isDocument(value) && pathExists(getField(value, part), rest);
}

function distinct(keys: readonly Buffer[]): Buffer[] {
  const byText = new Map(keys.map((key) => [key.toString('latin1'), key]));
  return [...byText.values()];
}
