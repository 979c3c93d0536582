import { getField, isDocument, type BsonValue } from '../values/bson-value.ts';
import { isArrayIndex } from '../values/path.ts';
import type { MatchContext, ValueTest } from './filter.ts';

/** The path of a condition on one array element itself, as inside `$elemMatch`: nothing is walked and nothing spreads. */
export const WHOLE_VALUE: readonly string[] = [];

/**
 * True when any value the path reaches passes the test. Arrays on the way spread over their sub-documents, and over their numbered
 * element when the part is a number. An array at the end is tested itself and, unless `wholeArrays`, element by element; one chosen
 * by its number is tested as a whole only.
 */
export function anyValueAt(
  root: BsonValue,
  path: readonly string[],
  test: ValueTest,
  options: { readonly wholeArrays?: boolean; readonly context?: MatchContext | undefined } = {},
): boolean {
  const [first] = path;
  if (first === undefined) return test(root);
  if (path.length === 1 && isDocument(root)) {
    const value = getField(root, first);
    if (!Array.isArray(value)) return test(value); // by far the most common case
  }
  const visit = (value: BsonValue, arrayIndex: number | undefined): boolean => {
    if (!test(value)) return false;
    if (options.context !== undefined && arrayIndex !== undefined) options.context.arrayIndex ??= arrayIndex;
    return true;
  };
  return new PathWalk(path, options.wholeArrays !== true, visit).from(root, 0, undefined);
}

class PathWalk {
  readonly #path: readonly string[];
  readonly #spreadsLeaf: boolean;
  readonly #visit: (value: BsonValue, arrayIndex: number | undefined) => boolean;

  constructor(
    path: readonly string[],
    spreadsLeaf: boolean,
    visit: (value: BsonValue, arrayIndex: number | undefined) => boolean,
  ) {
    this.#path = path;
    this.#spreadsLeaf = spreadsLeaf;
    this.#visit = visit;
  }

  /** `arrayIndex` is the position in the outermost array that was spread, for the positional `$`. */
  from(start: BsonValue, startDepth: number, arrayIndex: number | undefined): boolean {
    let value = start;
    for (let depth = startDepth; ; depth += 1) {
      if (Array.isArray(value)) return this.#array(value, depth, arrayIndex);
      const part = this.#path[depth];
      if (part === undefined) return this.#visit(value, arrayIndex);
      if (!isDocument(value)) return this.#visit(undefined, arrayIndex);
      value = getField(value, part);
    }
  }

  #array(array: readonly BsonValue[], depth: number, arrayIndex: number | undefined): boolean {
    const part = this.#path[depth];
    if (part === undefined) {
      const isAny = this.#spreadsLeaf && array.some((item, index) => this.#visit(item, arrayIndex ?? index));
      return isAny || this.#visit(array as BsonValue[], arrayIndex); // the array is only read
    }
    const chosen = isArrayIndex(part) ? Number(part) : undefined;
    return array.some((item, index) => {
      if (isDocument(item) && this.from(item, depth, arrayIndex ?? index)) return true;
      return index === chosen && this.#element(item, depth + 1, arrayIndex);
    });
  }

  /** What is below an element chosen by its number. */
  #element(item: BsonValue, depth: number, arrayIndex: number | undefined): boolean {
    if (depth === this.#path.length) return this.#visit(item, arrayIndex);
    if (isDocument(item)) return this.from(item, depth, arrayIndex);
    return Array.isArray(item) && this.#array(item, depth, arrayIndex);
  }
}
