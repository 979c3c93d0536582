import { getField, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { isArrayIndex } from '../values/path.ts';
import type { MatchContext, ValueTest } from './filter.ts';

/**
 * True when any value the path reaches passes the test. Arrays on the way spread over their sub-documents (and their numbered
 * element when the part is a number); an array at the end is tested itself and, unless `wholeArrays`, element by element.
 */
export function anyValueAt(
  document: BsonDocument,
  path: readonly string[],
  test: ValueTest,
  options: { readonly wholeArrays?: boolean; readonly context?: MatchContext | undefined } = {},
): boolean {
  const visit = (value: BsonValue, arrayIndex: number | undefined): boolean => {
    if (!test(value)) return false;
    if (options.context !== undefined && arrayIndex !== undefined) options.context.arrayIndex ??= arrayIndex;
    return true;
  };
  return walk(document, { path, depth: 0, arrayIndex: undefined, spreadsLeaf: options.wholeArrays !== true, visit });
}

interface Walk {
  readonly path: readonly string[];
  readonly depth: number;
  readonly arrayIndex: number | undefined;
  readonly spreadsLeaf: boolean;
  readonly visit: (value: BsonValue, arrayIndex: number | undefined) => boolean;
}

function walk(value: BsonValue, at: Walk): boolean {
  const part = at.path[at.depth];
  if (part === undefined) return walkLeaf(value, at);
  if (!Array.isArray(value)) {
    return walk(isDocument(value) ? getField(value, part) : undefined, {
      ...at,
      depth: isDocument(value) ? at.depth + 1 : at.path.length,
    });
  }
  if (isArrayIndex(part) && Number(part) < value.length && walk(value[Number(part)], { ...at, depth: at.depth + 1 })) return true;
  return value.some((item, index) => isDocument(item) && walk(item, { ...at, arrayIndex: at.arrayIndex ?? index }));
}

function walkLeaf(value: BsonValue, at: Walk): boolean {
  if (Array.isArray(value) && at.spreadsLeaf && value.some((item, index) => at.visit(item, at.arrayIndex ?? index))) return true;
  return at.visit(value, at.arrayIndex);
}
