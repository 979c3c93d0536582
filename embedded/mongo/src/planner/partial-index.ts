import type { IndexDefinition } from '../storage/index-definition.ts';
import { isDocument, type BsonDocument } from '../values/bson-value.ts';
import { equalValues } from '../values/compare.ts';
import { excludesMissing, type FieldBounds } from './field-bounds.ts';

/** Sparse and partial indexes lack documents; they serve only filters whose matches they surely hold. */
export function holdsEveryMatch(index: IndexDefinition, filter: BsonDocument, bounds: ReadonlyMap<string, FieldBounds>): boolean {
  if (index.isSparse) {
    const isPresent = index.fields.some(({ path }) => {
      const field = bounds.get(path);
      return field !== undefined && excludesMissing(field);
    });
    if (!isPresent) return false;
  }
  return index.partialFilter === undefined || impliesPartial(filter, index.partialFilter, bounds);
}

/** Conservative: the partial filter's conditions appear literally in the query, or `$exists: true` follows from a bound. */
function impliesPartial(filter: BsonDocument, partial: BsonDocument, bounds: ReadonlyMap<string, FieldBounds>): boolean {
  const parts = [filter, ...conjuncts(filter)];
  return Object.entries(partial).every(([name, condition]) => {
    if (parts.some((part) => Object.hasOwn(part, name) && equalValues(part[name], condition))) return true;
    const field = bounds.get(name);
    const isExistence = isDocument(condition) && Object.keys(condition).length === 1 && condition['$exists'] === true;
    return isExistence && field !== undefined && excludesMissing(field);
  });
}

function conjuncts(filter: BsonDocument): BsonDocument[] {
  const list = filter['$and'];
  if (!Array.isArray(list)) return [];
  return list.filter(isDocument).flatMap((part) => [part, ...conjuncts(part)]);
}
