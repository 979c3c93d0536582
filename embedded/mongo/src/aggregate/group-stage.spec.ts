import { Decimal128, Double, Int32, Long } from 'bson';
import fc from 'fast-check';
import type { BsonDocument, BsonNumber, BsonValue } from '../values/bson-value.ts';
import { compareValues } from '../values/compare.ts';
import { anyBsonValue } from '../values/bson-sample.factory.ts';
import { ValueKeys } from '../expression/value-key.ts';
import { groupStage } from './group-stage.ts';
import { sortStage } from './sort-stage.ts';

const variables = new Map<string, BsonValue>();
const anyInteger = fc.oneof(
  fc.integer().map((value): BsonNumber => new Int32(value)),
  fc.bigInt({ min: -(2n ** 55n), max: 2n ** 55n }).map((value): BsonNumber => Long.fromBigInt(value)),
);

describe('group stage', () => {
  it('sums integers exactly, like bigints', () => {
    const rows = fc.array(fc.record({ k: fc.constantFrom('a', 'b', 'c'), v: anyInteger }), { minLength: 1, maxLength: 60 });
    const group = groupStage({ _id: '$k', sum: { $sum: '$v' }, n: { $sum: new Int32(1) } }, { variables });
    fc.assert(
      fc.property(rows, (documents) => {
        const wanted = new Map<string, bigint>();
        for (const { k, v } of documents) wanted.set(k, (wanted.get(k) ?? 0n) + BigInt(v.toString()));
        // Keys are strings and sums numbers in these documents.
        const entryOf = (result: BsonDocument): [string, bigint] => [
          result['_id'] as string,
          BigInt((result['sum'] as BsonNumber).toString()),
        ];
        const sums = new Map([...group(documents)].map(entryOf));
        expect(sums).toEqual(wanted);
      }),
    );
  });

  it('sums doubles as exactly as their order allows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (tenths) => {
        const documents = tenths.map((tenth): BsonDocument => ({ v: new Double(tenth / 10) }));
        const [result] = groupStage({ _id: null, sum: { $sum: '$v' } }, { variables })(documents);
        const exact = tenths.reduce((sum, tenth) => sum + tenth, 0) / 10;
        expect(Math.abs(Number((result?.['sum'] as Double).value) - exact)).toBeLessThan(1e-12); // the sum of doubles is one
      }),
    );
  });

  it('puts two values into one group exactly when they compare as equal', () => {
    fc.assert(
      fc.property(anyBsonValue, anyBsonValue, (a, b) => {
        const keys = new ValueKeys();
        const isOne = Object.is(keys.of(a ?? null), keys.of(b ?? null)) || keys.of(a ?? null) === keys.of(b ?? null);
        expect(isOne).toBe(compareValues(a, b) === 0);
      }),
      { numRuns: 1000 },
    );
    const keys = new ValueKeys();
    expect(keys.of(new Double(0.5))).toBe(keys.of(Decimal128.fromString('0.50')));
    expect(keys.of('\0e')).not.toBe(keys.of('e'));
  });
});

describe('sort stage', () => {
  const padding = 'x'.repeat(1024 * 1024);
  const numbers = Array.from({ length: 120 }, (_, index) => (index * 7919) % 120);
  const large = (): BsonDocument[] => numbers.map((n) => ({ n: new Int32(n), padding }));

  it('sorts what does not fit into memory by files', () => {
    const sorted = [...sortStage({ n: new Int32(1) }, { variables })(large())].map(({ n }) => Number(n));
    expect(sorted).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it('refuses that with code 292 when the client forbids files', () => {
    const run = (): unknown => [...sortStage({ n: new Int32(1) }, { variables, allowsDiskUse: false })(large())];
    expect(run).toThrowMatching((error: { code?: number }) => error.code === 292);
  });
});
