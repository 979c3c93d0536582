import fc from 'fast-check';
import { compileFilter } from '../query/compile-filter.ts';
import { anyBsonValue } from '../values/bson-sample.factory.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { equalityFilter, EqualityTable } from './equality-table.ts';

describe('equality table', () => {
  const anyField = fc.oneof(anyBsonValue, fc.array(fc.record({ x: anyBsonValue }), { maxLength: 3 }));
  const anyDocuments = fc.array(
    fc.oneof(fc.record({ a: anyField }), fc.record({ a: fc.record({ x: anyBsonValue }) }), fc.constant<BsonDocument>({})),
    { maxLength: 6 },
  );

  it('finds exactly the documents the filter of a join finds, in their order', () => {
    fc.assert(
      fc.property(
        anyDocuments,
        fc.array(anyBsonValue, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('a', 'a.x'),
        (generated, values, field) => {
          const documents = generated.map((document): BsonDocument => ({ ...document }));
          const wanted = values.map((value) => value ?? null);
          const table = EqualityTable.build(documents, field, undefined);
          const matches = compileFilter(equalityFilter(field, wanted));
          const found = [...table.find(wanted)].map((document) => documents.indexOf(document));
          expect(found).toEqual([...documents.keys()].filter((position) => matches(documents[position] ?? {})));
        },
      ),
      { numRuns: 1500 },
    );
  });
});
