import type { AccessPath } from '../planner/access-path.ts';
import { chooseAccessPath } from '../planner/choose-access-path.ts';
import { filterFields, rootOf } from '../planner/filter-fields.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Filter, MatchContext } from '../query/filter.ts';
import { compareSortKeys, parseSort, sortKeyOf, type SortKey, type SortSpecification } from '../query/sort-specification.ts';
import type { Collection } from '../storage/catalog.ts';
import type { StoredDocument } from '../storage/document-scan.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { countItems } from './count-items.ts';
import { FieldDecoder } from './decode-fields.ts';
import { FoundDocument } from './found-document.ts';

export type { FoundDocument } from './found-document.ts';

/** A query as all commands share it. `limit` 0 means none. */
export interface Query {
  readonly filter: BsonDocument;
  readonly sort?: BsonValue;
  readonly skip?: number;
  readonly limit?: number;
  readonly hint?: BsonValue;
  readonly collation?: Collation | undefined;
  readonly variables?: ReadonlyMap<string, BsonValue>;
  /** Called for every candidate; throws when the command has run out of time. */
  readonly deadline?: (() => void) | undefined;
  /** The only top-level fields the caller reads from the documents found; absent when it reads whole documents. */
  readonly neededFields?: ReadonlySet<string> | undefined;
}

/** How much of a candidate is decoded: the fields to match and sort by, or the fields the caller needs as well. */
interface Decoding {
  readonly decode: (bytes: Uint8Array) => BsonDocument;
  /** True when the decoded part is what the caller is to get. */
  readonly isForCaller: boolean;
}

/** A query checked and ready to run on any view. */
export class PreparedQuery {
  readonly #query: Query;
  readonly #matches: Filter;
  readonly #sort: SortSpecification;
  readonly #decoding: Decoding;

  constructor(query: Query) {
    this.#query = query;
    this.#matches = compileFilter(query.filter, { collation: query.collation, variables: query.variables });
    this.#sort = parseSort(query.sort);
    this.#decoding = decodingFor(query);
  }

  accessPath(view: StorageView, collection: Collection): AccessPath {
    if (this.#sort.natural !== undefined) return { kind: 'collection', isReverse: this.#sort.natural < 0 };
    return chooseAccessPath({
      filter: this.#query.filter,
      sort: this.#sort.fields,
      indexes: view.usableIndexes(collection),
      hint: this.#query.hint,
      hasCollation: this.#query.collation !== undefined,
    });
  }

  /** Whether documents found along a path have to be sorted afterwards. */
  needsSort(path: AccessPath, view: StorageView, collection: Collection): boolean {
    const isSorted = path.kind === 'index' && path.isSorted && view.keepsIndexOrder(collection);
    return this.#sort.fields.length > 0 && !isSorted;
  }

  /** Runs the query; `examine` is told of every candidate read. */
  *run(view: StorageView, collection: Collection, examine?: () => void): Generator<FoundDocument> {
    const { skip = 0, limit = 0 } = this.#query;
    const path = this.accessPath(view, collection);
    const needsSort = this.needsSort(path, view, collection);
    const bare = needsSort ? undefined : this.#countForCaller(view, collection, path);
    if (bare !== undefined) {
      yield* nothingTimes(clip(bare, skip, limit));
      return;
    }
    // Where the index alone decides, no document has to be looked into.
    const isCertain = path.kind === 'index' && path.isExact && view.keepsIndexOrder(collection);
    const candidates = view.scan(collection, path);
    const found = isCertain ? this.#taking(candidates, examine) : this.#matching(candidates, examine);
    const ordered = needsSort ? this.#sorted(found, limit === 0 ? Infinity : skip + limit) : found;
    let position = 0;
    for (const item of ordered) {
      position += 1;
      if (position <= skip) continue;
      yield item;
      if (limit !== 0 && position >= skip + limit) return;
    }
  }

  /** How many documents the query finds; reads none where the index, or the whole collection, gives the number. */
  count(view: StorageView, collection: Collection): number {
    const all = this.#countWithoutReading(view, collection, this.accessPath(view, collection));
    if (all === undefined) return countItems(this.run(view, collection));
    return clip(all, this.#query.skip ?? 0, this.#query.limit ?? 0);
  }

  /** The number of documents for a caller that counts them and looks at no field. */
  #countForCaller(view: StorageView, collection: Collection, path: AccessPath): number | undefined {
    return this.#query.neededFields?.size === 0 ? this.#countWithoutReading(view, collection, path) : undefined;
  }

  #countWithoutReading(view: StorageView, collection: Collection, path: AccessPath): number | undefined {
    if (path.kind === 'collection') return Object.keys(this.#query.filter).length === 0 ? view.count(collection) : undefined;
    return path.kind === 'index' && path.isExact ? view.countExact(collection, path) : undefined;
  }

  *#taking(candidates: Iterable<StoredDocument>, examine?: () => void): Generator<FoundDocument> {
    const { neededFields, deadline } = this.#query;
    const decoder = neededFields === undefined ? undefined : new FieldDecoder(neededFields);
    for (const stored of candidates) {
      examine?.();
      deadline?.();
      yield new FoundDocument(stored, {}, decoder?.decode(stored.bytes));
    }
  }

  *#matching(candidates: Iterable<StoredDocument>, examine?: () => void): Generator<FoundDocument> {
    const { decode, isForCaller } = this.#decoding;
    const { deadline } = this.#query;
    for (const stored of candidates) {
      examine?.();
      deadline?.();
      const document = decode(stored.bytes);
      const context: MatchContext = {};
      if (this.#matches(document, context)) yield new FoundDocument(stored, context, isForCaller ? document : undefined);
    }
  }

  /** Keeps at most about twice the wanted number while reading, so that a sorted page of a large collection needs little memory. */
  #sorted(found: Iterable<FoundDocument>, wanted: number): FoundDocument[] {
    const { collation } = this.#query;
    const { fields } = this.#sort;
    const sortDecoder = new FieldDecoder(new Set(fields.map(({ path }) => rootOf(path))));
    let kept: { readonly key: SortKey; readonly order: number; readonly item: FoundDocument }[] = [];
    const compare = (a: (typeof kept)[number], b: (typeof kept)[number]): number =>
      compareSortKeys(a.key, b.key, fields, collation) || a.order - b.order;
    let order = 0;
    for (const item of found) {
      kept.push({ key: sortKeyOf(sortDecoder.decode(item.stored.bytes), fields, collation), order, item });
      order += 1;
      if (kept.length > 2 * wanted + 1000) kept = kept.sort(compare).slice(0, wanted);
    }
    return kept.sort(compare).map((entry) => entry.item);
  }
}

/** What is left of `count` documents behind `skip`, at most `limit` unless that is 0. */
function clip(count: number, skip: number, limit: number): number {
  const rest = Math.max(0, count - skip);
  return limit === 0 ? rest : Math.min(rest, limit);
}

function* nothingTimes(count: number): Generator<FoundDocument> {
  const nothing = new FoundDocument({ rid: 0, bytes: new Uint8Array() }, {}, {});
  for (let position = 0; position < count; position += 1) yield nothing;
}

function decodingFor({ filter, neededFields }: Query): Decoding {
  const filtered = filterFields(filter);
  if (filtered === undefined) return { decode: decodeDocument, isForCaller: true };
  const wanted = new Set([...filtered, ...(neededFields ?? [])]);
  const decoder = new FieldDecoder(wanted);
  return { decode: (bytes) => decoder.decode(bytes), isForCaller: neededFields !== undefined };
}
