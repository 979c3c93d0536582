import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Int32 } from 'bson';
import fc from 'fast-check';
import { PreparedQuery, type Query } from '../execution/find-documents.ts';
import { changeDocument, insertDocument } from '../execution/write-documents.ts';
import { CommandError } from '../command-error.ts';
import { DocumentStore } from '../storage/document-store.ts';
import { compileUpdate } from '../update/compile-update.ts';
import { toDouble } from '../values/numeric.ts';
import { smallDocument, smallLeaf } from '../values/bson-sample.factory.ts';
import type { BsonDocument } from '../values/bson-value.ts';

const path = fc.constantFrom('a', 'b', 'a.x', 'a.y', 'b.x', 'c');
const condition = fc.oneof(
  smallLeaf,
  smallLeaf.map((value) => ({ $gt: value })),
  fc.tuple(smallLeaf, smallLeaf).map(([low, high]) => ({ $gte: low, $lt: high })),
  fc.array(smallLeaf, { maxLength: 3 }).map((values) => ({ $in: values })),
  smallLeaf.map((value) => ({ $elemMatch: { x: value } })),
  smallLeaf.map((value) => ({ $ne: value })),
  fc.boolean().map((wanted) => ({ $exists: wanted })),
);
const filter: fc.Arbitrary<BsonDocument> = fc.oneof(
  fc.dictionary(path, condition, { maxKeys: 3, noNullPrototype: true }),
  fc
    .array(fc.dictionary(path, condition, { minKeys: 1, maxKeys: 2, noNullPrototype: true }), { minLength: 1, maxLength: 2 })
    .map((parts) => ({ $and: parts })),
);
const direction = fc.constantFrom(new Int32(1), new Int32(-1));
const keys = fc.dictionary(path, direction, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
const options: fc.Arbitrary<BsonDocument> = fc.constantFrom<BsonDocument>(
  {},
  { sparse: true },
  { partialFilterExpression: { a: { $exists: true } } },
);

describe('a query on indexes', () => {
  let folder: string;
  let store: DocumentStore;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
    store = new DocumentStore({ file: join(folder, 'data.db'), relaxed: true });
  });

  afterAll(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  const idsOf = (query: Query, hint?: BsonDocument): number[] => {
    const view = store.reader();
    const collection = view.collection('test.documents');
    if (collection === undefined) return [];
    const prepared = new PreparedQuery(hint === undefined ? query : { ...query, hint });
    return [...prepared.run(view, collection)].map((found) => toDouble(found.document['_id'] as Int32));
  };

  it('gives the documents a scan gives, in the order of the sort, also after updates and removals', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.array(smallDocument, { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(keys, options), { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(filter, keys), { minLength: 1, maxLength: 6 }),
        smallDocument,
        (documents, indexes, queries, replacement) => {
          try {
            fill(documents, indexes, replacement);
          } catch (error) {
            if (error instanceof CommandError && error.code === 171) return; // parallel arrays are refused by design
            throw error;
          }
          for (const [wanted, sort] of queries) {
            const scanned = idsOf({ filter: wanted }, { $natural: new Int32(1) });
            expect(idsOf({ filter: wanted }).sort((a, b) => a - b)).toEqual(scanned);
            expect(sortedKeys({ filter: wanted, sort })).toEqual(
              sortedKeys({ filter: wanted, sort, hint: { $natural: new Int32(1) } }),
            );
            compared += 1;
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  /** Ids of a sorted answer; ties may come in any order, so `_id` decides them. */
  const sortedKeys = (query: Query): number[] | 'parallel arrays' => {
    const sort = { ...(query.sort as BsonDocument), _id: new Int32(1) }; // built from `keys` above
    try {
      return idsOf({ ...query, sort });
    } catch (error) {
      if (error instanceof CommandError && error.code === 2) return 'parallel arrays'; // cannot be sorted by, as in MongoDB
      throw error;
    }
  };

  const fill = (
    documents: readonly BsonDocument[],
    indexes: readonly (readonly [BsonDocument, BsonDocument])[],
    replacement: BsonDocument,
  ): void => {
    store.write((view) => {
      const old = view.collection('test.documents');
      if (old !== undefined) view.dropCollection(old);
      const collection = view.createCollection('test.documents', {});
      for (const [position, [key, extra]] of indexes.entries())
        view.createIndex(collection, { key, name: `index-${position}`, ...extra });
      for (const [id, document] of documents.entries()) insertDocument(view, collection, { _id: new Int32(id), ...document });
      const update = compileUpdate(replacement, undefined, { now: new Date(0) });
      const [first, second] = [...new PreparedQuery({ filter: {}, limit: 2 }).run(view, collection)];
      if (first !== undefined) changeDocument(view, collection, first, update);
      if (second !== undefined) view.remove(collection, second.stored, second.document);
    });
  };
});
