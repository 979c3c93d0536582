import { CommandError } from '../command-error.ts';
import { getField, isDocument, type BsonDocument, type BsonValue } from './bson-value.ts';
import { EMPTY_ARRAY, isArrayIndex, type SortValue } from './path.ts';

export interface KeyTuples {
  /** One per distinct element of the array on the paths, or one. */
  readonly tuples: readonly (readonly SortValue[])[];
  readonly hasArray: boolean;
}

/** The values several dotted paths have together in one document, as compound indexes and compound sorts see it. */
export function keyTuplesOf(document: BsonDocument, paths: readonly (readonly string[])[]): KeyTuples {
  const collector = new TupleCollector(paths.length);
  collector.collect(document, paths, []);
  return { tuples: collector.found, hasArray: collector.hasArray };
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
