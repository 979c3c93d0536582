import { badValue, CommandError } from '../command-error.ts';
import { compareStrings } from '../values/compare.ts';
import { isArrayIndex } from '../values/path.ts';

/** Refuses paths no field can have. */
export function assertUpdatePath(path: string): void {
  const parts = path.split('.');
  if (path === '') throw new CommandError(56, 'An empty update path is not valid.');
  if (parts.includes(''))
    throw new CommandError(56, `The update path '${path}' contains an empty field name, which is not allowed.`);
  const [first = ''] = parts;
  if (first === '$' || /^\$\[.*\]$/.test(first))
    throw badValue(
      `Cannot have ${first === '$' ? "positional (i.e. '$')" : 'array filter identifier'} element in the first position in path '${path}'`,
    );
}

/** A dollar name at the top may be stored by an insert, also one an upsert makes, but not by a change of a document (error 52). */
export function assertStorableName(path: string): void {
  const [first = ''] = path.split('.');
  if (!first.startsWith('$')) return;
  throw new CommandError(
    52,
    `The dollar ($) prefixed field '${first}' in '${path}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
  );
}

/** Two operators must not change the same field, nor one a field within the other's (error 40). */
export function assertNoConflict(paths: readonly string[]): void {
  const sorted = [...paths].sort((a, b) => compareStrings(a, b));
  const seen = new Set<string>();
  for (const path of sorted) {
    const parts = path.split('.');
    const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('.'));
    const clash = prefixes.find((prefix) => seen.has(prefix));
    if (clash !== undefined) throw new CommandError(40, `Updating the path '${path}' would create a conflict at '${clash}'`);
    seen.add(path);
  }
}

/** The order in which fields are changed: part by part, whole numbers by value, other names by their bytes. */
export function compareUpdatePaths(a: string, b: string): number {
  const [partsA, partsB] = [a.split('.'), b.split('.')];
  for (let index = 0; index < partsA.length && index < partsB.length; index += 1) {
    const [x = '', y = ''] = [partsA[index], partsB[index]];
    const order = isArrayIndex(x) && isArrayIndex(y) ? Number(x) - Number(y) : compareStrings(x, y);
    if (order !== 0) return order;
  }
  return partsA.length - partsB.length;
}
