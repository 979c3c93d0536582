import { CommandError } from '../command-error.ts';
import { getField, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { EMPTY_ARRAY, isArrayIndex, readPath, type SortValue } from '../values/path.ts';
import type { IndexDefinition } from './index-definition.ts';
import { encodeKeyPart } from './key-encoding.ts';

export interface IndexKeys {
  readonly keys: readonly Buffer[];
  readonly isMultikey: boolean;
}

const NO_KEYS: IndexKeys = { keys: [], isMultikey: false };

/** The entries a document has in an index: one per distinct combination of array elements, none when sparse or partial exclude it. */
export function indexKeysOf(index: IndexDefinition, document: BsonDocument): IndexKeys {
  if (index.matchesPartialFilter !== undefined && !index.matchesPartialFilter(document)) return NO_KEYS;
  if (index.isSparse && !index.fields.some((field) => pathExists(document, field.path.split('.')))) return NO_KEYS;
  const tuples = new TupleCollector(index.fields.length);
  tuples.collect(
    document,
    index.fields.map((field) => field.path.split('.')),
    [],
  );
  const keys = tuples.found.map((tuple) =>
    Buffer.concat(index.fields.map((field, position) => encodeKeyPart(tuple[position], field.direction))),
  );
  return { keys: tuples.found.length > 1 ? distinct(keys) : keys, isMultikey: tuples.hasArray };
}

/** The values shown as `keyValue` in a duplicate key error. */
export function keyValueOf(index: IndexDefinition, document: BsonDocument): BsonDocument {
  const entries = index.fields.map((field) => {
    const value = readPath(document, field.path);
    return [field.path, (Array.isArray(value) ? value[0] : value) ?? null] as const;
  });
  return Object.fromEntries(entries);
}

type Path = readonly string[] | undefined;

/**
 * Walks all fields of a compound index together, as MongoDB does: fields below the same array take their values from the same
 * element, and two different arrays in one document are refused (CannotIndexParallelArrays).
 */
class TupleCollector {
  readonly found: SortValue[][] = [];
  hasArray = false;
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  collect(root: BsonDocument, paths: readonly Path[], fixed: readonly SortValue[]): void {
    const values: SortValue[] = Array.from({ length: this.#width }, (_, position) => fixed[position]);
    const pending: Path[] = paths.map(() => undefined);
    let array: BsonValue[] | undefined;
    for (const [position, path] of paths.entries()) {
      if (path === undefined) continue;
      const stop = walkToArray(root, path);
      if (stop.array === undefined) {
        values[position] = stop.value;
        continue;
      }
      if (array !== undefined && array !== stop.array) throw new CommandError(171, 'cannot index parallel arrays');
      array = stop.array;
      pending[position] = stop.rest;
    }
    if (array === undefined) {
      this.found.push(values);
      return;
    }
    this.hasArray = true;
    this.#spread(array, pending, values);
  }

  #spread(array: readonly BsonValue[], pending: readonly Path[], values: readonly SortValue[]): void {
    if (array.length === 0) {
      this.found.push(values.map((value, position) => (pending[position]?.length === 0 ? EMPTY_ARRAY : value)));
      return;
    }
    for (const element of array) {
      const own = values.map((value, position) => (pending[position]?.length === 0 ? element : value));
      const deeper = pending.map((path) => (path !== undefined && path.length > 0 ? path : undefined));
      if (isDocument(element) && deeper.some((path) => path !== undefined)) this.collect(element, deeper, own);
      else this.found.push(own);
    }
  }
}

interface Stop {
  readonly value: BsonValue;
  readonly array: BsonValue[] | undefined;
  readonly rest: readonly string[];
}

function walkToArray(root: BsonDocument, path: readonly string[]): Stop {
  let value: BsonValue = root;
  for (const [depth, part] of path.entries()) {
    if (Array.isArray(value)) {
      const isPositional = isArrayIndex(part) && Number(part) < value.length;
      if (!isPositional) return { value: undefined, array: value, rest: path.slice(depth) };
      value = value[Number(part)];
    } else value = isDocument(value) ? getField(value, part) : undefined;
  }
  return Array.isArray(value) ? { value: undefined, array: value, rest: [] } : { value, array: undefined, rest: [] };
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
