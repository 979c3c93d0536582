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
    const found = this.#matching(view.scan(collection, path), examine);
    const needsSort = this.needsSort(path, view, collection);
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
    const { filter, hint, skip = 0, limit = 0 } = this.#query;
    const all = this.#countWithoutReading(view, collection, Object.keys(filter).length === 0 && hint === undefined);
    if (all === undefined) return countItems(this.run(view, collection));
    const rest = Math.max(0, all - skip);
    return limit === 0 ? rest : Math.min(rest, limit);
  }

  #countWithoutReading(view: StorageView, collection: Collection, isWhole: boolean): number | undefined {
    if (isWhole) return view.count(collection);
    const path = this.accessPath(view, collection);
    return path.kind === 'index' && path.isExact ? view.countExact(collection, path) : undefined;
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

function decodingFor({ filter, neededFields }: Query): Decoding {
  const filtered = filterFields(filter);
  if (filtered === undefined) return { decode: decodeDocument, isForCaller: true };
  const wanted = new Set([...filtered, ...(neededFields ?? [])]);
  const decoder = new FieldDecoder(wanted);
  return { decode: (bytes) => decoder.decode(bytes), isForCaller: neededFields !== undefined };
}
