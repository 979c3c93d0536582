import { badValue } from '../command-error.ts';
import type { IndexDefinition } from '../storage/index-definition.ts';
import { encodeKeyPart } from '../storage/key-encoding.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { equalValues } from '../values/compare.ts';
import { toDouble } from '../values/numeric.ts';
import type { SortField } from '../values/path.ts';
import { WHOLE_COLLECTION, type AccessPath, type IndexScan, type UnionScan } from './access-path.ts';
import { isExactly } from './exact-filter.ts';
import { type FieldBounds, boundsOf, hasNumberedPart } from './field-bounds.ts';
import { mergeRanges, rangeAfter, wholePrefix, type DirectedBounds } from './key-ranges.ts';
import { holdsEveryMatch } from './partial-index.ts';

/** A point list longer than this is not worth expanding into key ranges. */
const MAX_RANGES = 1000;
const EQUALITY_SCORE = 10;

export interface PlanRequest {
  readonly filter: BsonDocument;
  readonly sort: readonly SortField[];
  readonly indexes: readonly IndexDefinition[];
  /** Index name or key pattern the client insists on, or `{ $natural: ±1 }`. */
  readonly hint?: BsonValue;
  /** Indexes have the simple binary order: with a collation they serve no condition on strings and no sort. */
  readonly hasCollation: boolean;
}

interface Candidate {
  readonly plan: IndexScan;
  readonly score: number;
}

/** Chooses how to find candidates: the index with the longest equality prefix, then a range, then the sort order. */
export function chooseAccessPath(request: PlanRequest): AccessPath {
  const { hint } = request;
  if (isDocument(hint) && Object.hasOwn(hint, '$natural')) return { kind: 'collection', isReverse: naturalDirection(hint) < 0 };
  if (hint !== undefined) {
    const hinted = planIndex(hintedIndex(request.indexes, hint), request);
    return hinted?.plan ?? WHOLE_COLLECTION;
  }
  const best = bestIndex(request);
  if (best !== undefined && best.score >= EQUALITY_SCORE) return best.plan;
  return planUnion(request) ?? best?.plan ?? WHOLE_COLLECTION;
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

function bestIndex(request: PlanRequest): Candidate | undefined {
  let best: Candidate | undefined;
  for (const index of request.indexes) {
    const candidate = planIndex(index, request);
    if (candidate === undefined || candidate.score === 0) continue;
    if (best === undefined || candidate.score > best.score) best = candidate;
  }
  return best;
}

/** An `$or` whose every branch an index can serve. The conditions beside the `$or` help to choose each branch's index. */
function planUnion(request: PlanRequest): UnionScan | undefined {
  const { $or: alternatives, ...rest } = request.filter;
  if (!Array.isArray(alternatives) || alternatives.length === 0) return undefined;
  const branches: IndexScan[] = [];
  for (const alternative of alternatives) {
    if (!isDocument(alternative)) return undefined;
    const path = chooseAccessPath({ ...request, filter: { $and: [alternative, rest] }, sort: [] });
    const found = path.kind === 'index' ? [path] : path.kind === 'union' ? path.branches : [];
    if (found.length === 0) return undefined;
    branches.push(...found);
  }
  const rangeCount = branches.reduce((sum, { ranges }) => sum + ranges.length, 0);
  return rangeCount > MAX_RANGES ? undefined : { kind: 'union', branches, isReverse: false };
}

function planIndex(index: IndexDefinition, { filter, sort, ...request }: PlanRequest): Candidate | undefined {
  const hasCollation = request.hasCollation || index.isCollated;
  const bounds = boundsOf(filter, hasCollation);
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
  const ranged = next?.equals === undefined ? next : undefined;
  const ranges = prefixes.map((prefix) =>
    ranged === undefined ? wholePrefix(prefix) : rangeAfter(prefix, ranged, index.isMultikey),
  );
  const order = hasCollation ? undefined : sortOrder(index, { equalities, isSinglePrefix: prefixes.length === 1, sort, bounds });
  const isWholeKey = index.isUnique && equalities === index.fields.length;
  const score =
    equalities * EQUALITY_SCORE + (ranged === undefined ? 0 : 5) + (order === undefined ? 0 : 4) + (isWholeKey ? 3 : 0);
  const equalPaths = index.fields.slice(0, equalities).map(({ path }) => path);
  const isExact = score > 0 && !index.isMultikey && !hasCollation && isExactly(filter, equalPaths, ranged?.path);
  const isSorted = order !== undefined;
  const isReverse = order === 'reverse';
  return { plan: { kind: 'index', index, ranges: mergeRanges(ranges), isReverse, isSorted, isExact }, score };
}

interface UsableField extends DirectedBounds {
  readonly path: string;
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
    usable.push({ ...field, path, direction });
    if (field.equals === undefined) break;
  }
  return usable;
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
  if (sort.some((field) => hasNumberedPart(field.path))) return undefined;
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
