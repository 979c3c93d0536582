import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Int32 } from 'bson';
import fc from 'fast-check';
import { PreparedQuery, type Query } from '../execution/find-documents.ts';
import { changeDocument, insertDocument } from '../execution/write-documents.ts';
import { CommandError } from '../command-error.ts';
import { compareSortKeys, parseSort, sortKeyOf } from '../query/sort-specification.ts';
import { checkDataFile } from '../storage/check-data-file.ts';
import type { CommittedView } from '../storage/committed-view.ts';
import { DocumentStore } from '../storage/document-store.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { compileUpdate } from '../update/compile-update.ts';
import { toDouble } from '../values/numeric.ts';
import { smallDocument, smallLeaf } from '../values/bson-sample.factory.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import { parseCollation } from '../values/collation.ts';

const NAMESPACE = 'test.documents';
const PARALLEL_ARRAYS = 171;

const path = fc.constantFrom('a', 'b', 'a.x', 'a.y', 'b.x', 'c', 'a.0', 'a.0.x');
const condition = fc.oneof(
  smallLeaf,
  fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$eq', '$ne'), smallLeaf).map(([name, value]) => ({ [name]: value })),
  fc
    .tuple(fc.constantFrom('$gt', '$gte'), smallLeaf, fc.constantFrom('$lt', '$lte'), smallLeaf)
    .map(([from, low, to, high]) => ({ [from]: low, [to]: high })),
  fc.array(smallLeaf, { maxLength: 3 }).map((values) => ({ $in: values })),
  smallLeaf.map((value) => ({ $elemMatch: { x: value } })),
  fc.boolean().map((wanted) => ({ $exists: wanted })),
);
const conditions = (minKeys: number) => fc.dictionary(path, condition, { minKeys, maxKeys: 3, noNullPrototype: true });
const branches = fc.array(conditions(1), { minLength: 1, maxLength: 3 });
const filter: fc.Arbitrary<BsonDocument> = fc.oneof(
  conditions(0),
  branches.map((parts) => ({ $and: parts })),
  branches.map((parts) => ({ $or: parts })),
  fc.tuple(conditions(0), branches).map(([rest, parts]) => ({ ...rest, $or: parts })),
);
const direction = fc.constantFrom(new Int32(1), new Int32(-1));
const keys = fc.dictionary(path, direction, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
const options = fc.constantFrom<BsonDocument>(
  {},
  { sparse: true },
  { hidden: true },
  { collation: { locale: 'ja' } },
  { partialFilterExpression: { a: { $exists: true } } },
);
const update: fc.Arbitrary<BsonDocument> = fc.oneof(
  smallDocument,
  fc.tuple(path, smallLeaf).map(([at, value]) => ({ $set: { [at]: value } })),
  path.map((at) => ({ $unset: { [at]: '' } })),
  fc.tuple(path, fc.array(smallLeaf, { maxLength: 2 })).map(([at, values]) => ({ $push: { [at]: { $each: values } } })),
);
/** Which document to change, and how; a removal without an update. */
const change = fc.tuple(fc.nat(11), fc.option(update));
const NATURAL = { $natural: new Int32(1) };

describe('a query on indexes', () => {
  let folder: string;
  let file: string;
  let store: DocumentStore;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
    file = join(folder, 'data.db');
    store = new DocumentStore({ file, relaxed: true });
  });

  afterAll(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  it('gives the documents a scan gives, in the order of the sort and as many, whatever was written before', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.array(smallDocument, { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(keys, options), { minLength: 1, maxLength: 3 }),
        fc.array(change, { maxLength: 6 }),
        fc.array(fc.tuple(filter, keys, fc.boolean()), { minLength: 1, maxLength: 6 }),
        (documents, indexes, changes, queries) => {
          store.write((view) => fill(view, documents, indexes));
          for (const one of changes) applyChange(one);
          const transaction = store.begin();
          for (const [wanted, sort, isCollated] of queries) {
            const collation = isCollated ? parseCollation({ locale: 'ja' }) : undefined;
            for (const view of [store.reader(), transaction.view]) compare(view, { filter: wanted, collation }, sort);
            compared += 1;
          }
          store.abort(transaction);
        },
      ),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(200);
    expect(checkDataFile(file).problems).toEqual([]);
  });

  it('sees what its transaction has written, by index as by scan', () => {
    fc.assert(
      fc.property(
        fc.array(smallDocument, { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(keys, options), { minLength: 1, maxLength: 2 }),
        fc.array(change, { minLength: 1, maxLength: 5 }),
        fc.array(fc.tuple(filter, keys), { minLength: 1, maxLength: 4 }),
        (documents, indexes, changes, queries) => {
          store.write((view) => fill(view, documents, indexes));
          const transaction = store.begin();
          for (const one of changes) changeIn(transaction.view, one);
          for (const [wanted, sort] of queries) compare(transaction.view, { filter: wanted }, sort);
          store.abort(transaction);
        },
      ),
      { numRuns: 100 },
    );
  });

  const found = (view: StorageView, query: Query): BsonDocument[] => {
    const collection = view.collection(NAMESPACE);
    return collection === undefined ? [] : [...new PreparedQuery(query).run(view, collection)].map(({ document }) => document);
  };

  const idOf = (document: BsonDocument): number => toDouble(document['_id'] as Int32); // `fill` gives whole numbers

  const compare = (view: StorageView, query: Query, sort: BsonDocument): void => {
    const scanned = sortedIds(found(view, { ...query, hint: NATURAL }));
    expect(sortedIds(found(view, query))).toEqual(scanned);
    const collection = view.collection(NAMESPACE);
    if (collection !== undefined) expect(new PreparedQuery(query).count(view, collection)).toBe(scanned.length);
    compareOrder(view, query, sort);
  };

  const sortedIds = (documents: readonly BsonDocument[]): number[] => documents.map(idOf).sort((a, b) => a - b);

  /** Ties may come in any order, so the sort keys are compared and not the documents. */
  const compareOrder = (view: StorageView, { collation, ...query }: Query, sort: BsonDocument): void => {
    const { fields } = parseSort(sort);
    try {
      const inMemory = found(view, { ...query, collation, sort, hint: NATURAL });
      const indexed = found(view, { ...query, collation, sort });
      expect(sortedIds(indexed)).toEqual(sortedIds(inMemory));
      for (const [position, document] of indexed.entries()) {
        const [own, other] = [document, inMemory[position] ?? {}].map((one) => sortKeyOf(one, fields, collation));
        expect(own !== undefined && other !== undefined && compareSortKeys(own, other, fields, collation)).toBe(0);
      }
    } catch (error) {
      // By several arrays at once nothing can be sorted, whether there is an index or not.
      if (!isParallel(error)) throw error;
    }
  };

  const fill = (
    view: CommittedView,
    documents: readonly BsonDocument[],
    indexes: readonly (readonly [BsonDocument, BsonDocument])[],
  ): void => {
    const old = view.collection(NAMESPACE);
    if (old !== undefined) view.dropCollection(old);
    const collection = view.createCollection(NAMESPACE, {});
    for (const [position, [key, extra]] of indexes.entries())
      view.createIndex(collection, { key, name: `index-${position}`, ...extra });
    for (const [id, document] of documents.entries()) {
      unlessParallel(() => insertDocument(view, collection, { _id: new Int32(id), ...document }));
    }
  };

  const applyChange = (one: readonly [number, BsonValue]): void => store.write((view) => changeIn(view, one));

  /** Changes or removes one document; what an update operator or an index refuses changes nothing. */
  const changeIn = (view: StorageView, [id, specification]: readonly [number, BsonValue]): void => {
    const collection = view.collection(NAMESPACE);
    if (collection === undefined) return;
    const [target] = [...new PreparedQuery({ filter: { _id: new Int32(id) } }).run(view, collection)];
    if (target === undefined) return;
    if (specification === null) {
      view.remove(collection, target.stored, target.document);
      return;
    }
    try {
      changeDocument(view, collection, target, compileUpdate(specification, undefined, { now: new Date(0) }));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  };
});

function unlessParallel(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!isParallel(error)) throw error;
  }
}

const isParallel = (error: unknown): boolean =>
  error instanceof CommandError && (error.code === PARALLEL_ARRAYS || error.message.includes('parallel arrays'));
