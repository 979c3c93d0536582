import { chooseAccessPath } from '../planner/choose-access-path.ts';
import type { AccessPath } from '../planner/access-path.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Filter, MatchContext } from '../query/filter.ts';
import { compareSortKeys, parseSort, sortKeyOf, type SortKey, type SortSpecification } from '../query/sort-specification.ts';
import type { Collection } from '../storage/catalog.ts';
import type { StoredDocument } from '../storage/document-table.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';

/** A query as all commands share it. `limit` 0 means none. */
export interface Query {
  readonly filter: BsonDocument;
  readonly sort?: BsonValue;
  readonly skip?: number;
  readonly limit?: number;
  readonly hint?: BsonValue;
  readonly collation?: Collation | undefined;
  readonly variables?: ReadonlyMap<string, BsonValue>;
}

export interface FoundDocument {
  readonly stored: StoredDocument;
  readonly document: BsonDocument;
  readonly context: MatchContext;
}

/** A query checked and ready to run on any view. */
export class PreparedQuery {
  readonly #query: Query;
  readonly #matches: Filter;
  readonly #sort: SortSpecification;

  constructor(query: Query) {
    this.#query = query;
    this.#matches = compileFilter(query.filter, { collation: query.collation, variables: query.variables });
    this.#sort = parseSort(query.sort);
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

  /** Runs the query; `examine` is told of every candidate read. */
  *run(view: StorageView, collection: Collection, examine?: () => void): Generator<FoundDocument> {
    const { skip = 0, limit = 0 } = this.#query;
    const path = this.accessPath(view, collection);
    const isSorted = path.kind === 'index' && path.isSorted && view.keepsIndexOrder(collection);
    const found = this.#matching(view.scan(collection, path), examine);
    const needsSort = this.#sort.fields.length > 0 && !isSorted;
    const ordered = needsSort ? this.#sorted(found, limit === 0 ? Infinity : skip + limit) : found;
    let position = 0;
    for (const item of ordered) {
      position += 1;
      if (position <= skip) continue;
      yield item;
      if (limit !== 0 && position >= skip + limit) return;
    }
  }

  *#matching(candidates: Iterable<StoredDocument>, examine?: () => void): Generator<FoundDocument> {
    for (const stored of candidates) {
      examine?.();
      const document = decodeDocument(stored.bytes);
      const context: MatchContext = {};
      if (this.#matches(document, context)) yield { stored, document, context };
    }
  }

  /** Keeps at most about twice the wanted number while reading, so that a sorted page of a large collection needs little memory. */
  #sorted(found: Iterable<FoundDocument>, wanted: number): FoundDocument[] {
    const { collation } = this.#query;
    const { fields } = this.#sort;
    let kept: { readonly key: SortKey; readonly order: number; readonly item: FoundDocument }[] = [];
    const compare = (a: (typeof kept)[number], b: (typeof kept)[number]): number =>
      compareSortKeys(a.key, b.key, fields, collation) || a.order - b.order;
    let order = 0;
    for (const item of found) {
      kept.push({ key: sortKeyOf(item.document, fields, collation), order, item });
      order += 1;
      if (kept.length > 2 * wanted + 1000) kept = kept.sort(compare).slice(0, wanted);
    }
    return kept.sort(compare).map((entry) => entry.item);
  }
}
