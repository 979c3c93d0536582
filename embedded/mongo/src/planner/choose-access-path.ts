import { badValue } from '../command-error.ts';
import type { IndexDefinition } from '../storage/index-definition.ts';
import { afterPrefix, encodeKeyPart, rankByte } from '../storage/key-encoding.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { equalValues, typeRank } from '../values/compare.ts';
import { toDouble } from '../values/numeric.ts';
import type { SortField } from '../values/path.ts';
import { WHOLE_COLLECTION, type AccessPath, type IndexScan, type KeyRange } from './access-path.ts';
import { boundsOf, excludesMissing, type FieldBounds } from './field-bounds.ts';

/** A point list longer than this is not worth expanding into key ranges. */
const MAX_RANGES = 1000;

export interface PlanRequest {
  readonly filter: BsonDocument;
  readonly sort: readonly SortField[];
  readonly indexes: readonly IndexDefinition[];
  /** Index name or key pattern the client insists on, or `{ $natural: ±1 }`. */
  readonly hint?: BsonValue;
  /** With a collation string keys are in the wrong order, and only a scan is right. */
  readonly hasCollation: boolean;
}

/** Chooses how to find candidates: the index with the longest equality prefix, then a range, then the sort order. */
export function chooseAccessPath(request: PlanRequest): AccessPath {
  const { hint } = request;
  if (isDocument(hint) && Object.hasOwn(hint, '$natural')) return { kind: 'collection', isReverse: naturalDirection(hint) < 0 };
  const indexes = hint === undefined ? request.indexes : [hintedIndex(request.indexes, hint)];
  if (request.hasCollation) return WHOLE_COLLECTION;
  const bounds = boundsOf(request.filter);
  let best: { readonly plan: IndexScan; readonly score: number } | undefined;
  for (const index of indexes) {
    const candidate = planIndex(index, bounds, request);
    if (candidate === undefined || (candidate.score === 0 && hint === undefined)) continue;
    if (best === undefined || candidate.score > best.score) best = candidate;
  }
  return best?.plan ?? WHOLE_COLLECTION;
}

function naturalDirection(hint: BsonDocument): number {
  const natural = hint['$natural'];
  const direction = isNumber(natural) ? toDouble(natural) : 0;
  if (direction !== 1 && direction !== -1) throw badValue('$natural hint must be 1 or -1');
  return direction;
}

function hintedIndex(indexes: readonly IndexDefinition[], hint: BsonValue): IndexDefinition {
  const index = indexes.find((candidate) =>
    typeof hint === 'string' ? candidate.name === hint : equalValues(candidate.specification['key'], hint),
  );
  if (index !== undefined) return index;
  throw badValue(
    'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
  );
}

function planIndex(
  index: IndexDefinition,
  bounds: ReadonlyMap<string, FieldBounds>,
  { filter, sort }: PlanRequest,
): { plan: IndexScan; score: number } | undefined {
  if (!holdsEveryMatch(index, filter, bounds)) return undefined;
  const usable = usableFields(index, bounds);
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  let equalities = 0;
  for (const { equals, direction } of usable) {
    if (equals === undefined || prefixes.length * equals.length > MAX_RANGES) break;
    const parts = equals.map((value) => encodeKeyPart(value, direction));
    prefixes = prefixes.flatMap((prefix) => parts.map((part) => Buffer.concat([prefix, part])));
    equalities += 1;
  }
  const next = usable[equalities];
  const hasRange = next !== undefined && next.equals === undefined;
  const ranges = prefixes.map((prefix) => (hasRange ? rangeAfter(prefix, next, index.isMultikey) : wholePrefix(prefix)));
  const order = sortOrder(index, { equalities, isSinglePrefix: prefixes.length === 1, sort, bounds });
  const isWholeKey = index.isUnique && equalities === index.fields.length;
  const score = equalities * 10 + (hasRange ? 5 : 0) + (order === undefined ? 0 : 4) + (isWholeKey ? 3 : 0);
  const isReverse = order === 'reverse';
  return { plan: { kind: 'index', index, ranges: mergeRanges(ranges), isReverse, isSorted: order !== undefined }, score };
}

/** Sparse and partial indexes lack documents; they serve only filters whose matches they surely hold. */
function holdsEveryMatch(index: IndexDefinition, filter: BsonDocument, bounds: ReadonlyMap<string, FieldBounds>): boolean {
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

interface UsableField extends FieldBounds {
  readonly direction: 1 | -1;
}

/**
 * The leading fields with bounds. In a multikey index two fields below the same array may be matched by different elements while
 * an entry holds one element's values, so only the first of them is bounded.
 */
function usableFields(index: IndexDefinition, bounds: ReadonlyMap<string, FieldBounds>): UsableField[] {
  const usable: UsableField[] = [];
  const roots = new Set<string>();
  for (const { path, direction } of index.fields) {
    const field = bounds.get(path);
    const root = path.split('.')[0] ?? path;
    if (field === undefined || (index.isMultikey && roots.has(root))) break;
    roots.add(root);
    usable.push({ ...field, direction });
    if (field.equals === undefined) break;
  }
  return usable;
}

const wholePrefix = (prefix: Buffer): KeyRange => ({ low: prefix, high: afterPrefix(prefix) });

function rangeAfter(prefix: Buffer, field: UsableField, isMultikey: boolean): KeyRange {
  const { low, direction } = field;
  // Two elements of one array may satisfy one bound each; then only one bound is a necessary condition of a single entry.
  const high = isMultikey && low !== undefined ? undefined : field.high;
  const family = rankByte(low === undefined ? high : low);
  const isMixed = low !== undefined && high !== undefined && typeRank(low) !== typeRank(high);
  const lowKey = low === undefined ? Buffer.from([family]) : encodeKeyPart(low, 1);
  const highKey = high === undefined || isMixed ? Buffer.from([family]) : encodeKeyPart(high, 1);
  if (direction === 1) {
    return { low: Buffer.concat([prefix, lowKey]), high: afterPrefix(Buffer.concat([prefix, highKey])) };
  }
  const descendingHigh = high === undefined || isMixed ? Buffer.from([~family & 0xff]) : encodeKeyPart(high, -1);
  const descendingLow = low === undefined ? Buffer.from([~family & 0xff]) : encodeKeyPart(low, -1);
  return { low: Buffer.concat([prefix, descendingHigh]), high: afterPrefix(Buffer.concat([prefix, descendingLow])) };
}

/** Sorts ranges and drops those contained in the one before, so that no document comes twice from the same entry. */
function mergeRanges(ranges: readonly KeyRange[]): KeyRange[] {
  const sorted = [...ranges].sort((a, b) => Buffer.compare(a.low, b.low));
  const merged: KeyRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    const isCovered = last !== undefined && (last.high === undefined || Buffer.compare(range.low, last.high) < 0);
    if (!isCovered) merged.push(range);
  }
  return merged;
}

interface SortQuestion {
  readonly equalities: number;
  readonly isSinglePrefix: boolean;
  readonly sort: readonly SortField[];
  readonly bounds: ReadonlyMap<string, FieldBounds>;
}

/** Whether walking the index gives the sort order, and in which direction. Fields fixed by equality do not matter. */
function sortOrder(
  index: IndexDefinition,
  { equalities, isSinglePrefix, sort, bounds }: SortQuestion,
): 'forward' | 'reverse' | undefined {
  if (sort.length === 0 || index.isMultikey || !isSinglePrefix) return undefined;
  const fixed = new Set(index.fields.slice(0, equalities).map((field) => field.path));
  const needed = sort.filter(({ path }) => !(fixed.has(path) && bounds.get(path)?.equals?.length === 1));
  const remaining = index.fields.slice(equalities);
  if (needed.length > remaining.length) return undefined;
  const directions = needed.map((field, position) => {
    const own = remaining[position];
    return own?.path === field.path ? own.direction * field.direction : 0;
  });
  if (directions.every((direction) => direction === 1)) return 'forward';
  return directions.every((direction) => direction === -1) ? 'reverse' : undefined;
}
