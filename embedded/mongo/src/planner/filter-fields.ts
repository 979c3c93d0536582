import { isDocument, type BsonDocument } from '../values/bson-value.ts';

const BRANCHES = ['$and', '$or', '$nor'];

/** The top-level fields a filter looks at; undefined when it may look at all of them, as with `$expr`. */
export function filterFields(filter: BsonDocument): ReadonlySet<string> | undefined {
  const fields = new Set<string>();
  return collect(filter, fields) ? fields : undefined;
}

function collect(filter: BsonDocument, fields: Set<string>): boolean {
  return Object.entries(filter).every(([name, condition]) => {
    if (BRANCHES.includes(name)) {
      return Array.isArray(condition) && condition.every((branch) => isDocument(branch) && collect(branch, fields));
    }
    if (name.startsWith('$')) return name === '$comment';
    fields.add(rootOf(name));
    return true;
  });
}

/** The first part of a dotted path. */
export const rootOf = (path: string): string => path.split('.', 1)[0] ?? path;
