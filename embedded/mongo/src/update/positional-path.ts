import { badValue, failedToParse } from '../command-error.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Filter, MatchContext } from '../query/filter.ts';
import { bsonTypeName, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { UpdateEnvironment } from './update-operation.ts';
import { readPath } from '../values/path.ts';

/** The `arrayFilters` of one statement, by identifier. */
export type ArrayFilters = ReadonlyMap<string, Filter>;

/** Parses `arrayFilters`: each entry concerns one identifier, such as `{ 'item.sku': 'a' }` for `$[item]`. */
export function parseArrayFilters(option: BsonValue, { collation, variables }: UpdateEnvironment): ArrayFilters {
  const filters = new Map<string, Filter>();
  if (option === undefined) return filters;
  if (!Array.isArray(option)) throw failedToParse('arrayFilters must be an array');
  for (const entry of option) {
    if (!isDocument(entry)) throw failedToParse('arrayFilters must hold objects');
    const names = new Set(identifiersOf(entry));
    const [name] = names;
    if (name === undefined) throw failedToParse('Cannot use an expression without a top-level field name in arrayFilters');
    if (names.size > 1)
      throw failedToParse(
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${[...names].join("' and '")}'`,
      );
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name))
      throw badValue(
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
      );
    if (filters.has(name)) throw failedToParse(`Found multiple array filters with the same top-level field name ${name}`);
    filters.set(name, compileFilter(entry, { collation, variables }));
  }
  return filters;
}

function identifiersOf(filter: BsonDocument): string[] {
  return Object.entries(filter).flatMap(([name, operand]) => {
    if (!name.startsWith('$')) return [name.split('.')[0] ?? ''];
    return Array.isArray(operand) ? operand.filter(isDocument).flatMap(identifiersOf) : [];
  });
}

/** Throws when a path uses an identifier without a filter, or a filter is never used. */
export function assertArrayFiltersUsed(paths: readonly string[], filters: ArrayFilters): void {
  const used = new Set<string>();
  for (const path of paths) {
    for (const [, name = ''] of path.matchAll(/\$\[([^\]]*)\]/g)) {
      if (name !== '' && !filters.has(name)) throw badValue(`No array filter found for identifier '${name}' in path '${path}'`);
      used.add(name);
    }
  }
  for (const name of filters.keys()) {
    if (!used.has(name)) throw failedToParse(`The array filter for identifier '${name}' was not used in the update`);
  }
}

/** True for a path with `$`, `$[]` or `$[identifier]` in it; other names may hold dollar signs. */
export const isPositional = (path: string): boolean => path.split('.').some((part) => part === '$' || /^\$\[.*\]$/.test(part));

/** The concrete paths of `a.$.b`, `a.$[].b` or `a.$[id].b` in one document. */
export function expandPath(document: BsonDocument, path: string, filters: ArrayFilters, context: MatchContext): string[] {
  if (!isPositional(path)) return [path];
  let expanded: string[] = [''];
  let hasPositional = false;
  for (const part of path.split('.')) {
    if (part === '$') {
      if (hasPositional) throw badValue(`Too many positional (i.e. '$') elements found in path '${path}'`);
      hasPositional = true;
      const index = context.arrayIndex;
      if (index === undefined) throw badValue('The positional operator did not find the match needed from the query.');
      expanded = expanded.map((prefix) => joinPath(prefix, String(index)));
    } else if (part.startsWith('$[') && part.endsWith(']'))
      expanded = expanded.flatMap((prefix) => expandIdentifier(document, prefix, part, filters));
    else expanded = expanded.map((prefix) => joinPath(prefix, part));
  }
  return expanded;
}

function expandIdentifier(document: BsonDocument, prefix: string, part: string, filters: ArrayFilters): string[] {
  const array = readPath(document, prefix);
  if (array === undefined) throw badValue(`The path '${prefix}' must exist in the document in order to apply array updates.`);
  if (!Array.isArray(array)) throw badValue(`Cannot apply array updates to non-array element ${prefix}: ${bsonTypeName(array)}`);
  const name = part.slice(2, -1);
  const filter = filters.get(name);
  return array.flatMap((item, index) => {
    const isChosen = name === '' || filter?.({ [name]: item }) === true;
    return isChosen ? [joinPath(prefix, String(index))] : [];
  });
}

const joinPath = (prefix: string, part: string): string => (prefix === '' ? part : `${prefix}.${part}`);
