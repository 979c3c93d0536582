import { Binary, BSONRegExp, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import fc from 'fast-check';
import type { BsonDocument, BsonValue } from './bson-value.ts';

const HARD_NUMBERS: readonly BsonValue[] = [
  new Int32(0),
  new Double(-0),
  new Double(NaN),
  new Double(Infinity),
  new Double(-Infinity),
  new Double(0.1),
  Decimal128.fromString('0.1'),
  Decimal128.fromString('-0.1'),
  Decimal128.fromString('1.0'),
  Decimal128.fromString('NaN'),
  Decimal128.fromString('Infinity'),
  Decimal128.fromString('1E+6000'),
  Decimal128.fromString('-1E-6000'),
  Decimal128.fromString('9007199254740993.5'),
  Long.fromString('9007199254740993'),
  Long.fromString('9007199254740992'),
  Long.fromString('-9007199254740993'),
  Long.MAX_VALUE,
  Long.MIN_VALUE,
  new Double(2 ** 63),
  new Double(5e-324),
];

/** Any BSON value, with the numbers that break naive comparison among them. */
export const anyBsonValue: fc.Arbitrary<BsonValue> = fc.letrec<{ value: BsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom(...HARD_NUMBERS),
    fc.integer({ min: -5, max: 5 }).map((value) => new Int32(value)),
    fc.double({ noDefaultInfinity: true }).map((value) => new Double(value)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
    fc.string({ maxLength: 4, unit: 'binary' }),
    fc.constantFrom('', '\0', 'a', 'a\0', '\uff5e', '\u{1f600}', '仙台'),
    fc.boolean(),
    fc.constantFrom(null, new MinKey(), new MaxKey()),
    fc.date({ noInvalidDate: true, min: new Date(-1e12), max: new Date(4e12) }),
    fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
    fc.tuple(fc.uint8Array({ maxLength: 3 }), fc.constantFrom(0, 4, 5)).map(([bytes, type]) => new Binary(bytes, type)),
    fc.nat(9).map((t) => new Timestamp({ t, i: 1 })),
    fc.constantFrom(new BSONRegExp('a', ''), new BSONRegExp('a', 'i')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

export const smallLeaf: fc.Arbitrary<BsonValue> = fc.constantFrom<BsonValue>(
  null,
  new Int32(1),
  new Double(1),
  Long.fromNumber(2),
  Decimal128.fromString('2.5'),
  new Int32(3),
  'p',
  'q',
  true,
  new Date(5),
);

/** Small documents over few fields and few values, so that queries often match and arrays meet sub-documents. */
export const smallDocument: fc.Arbitrary<BsonDocument> = fc.dictionary(fc.constantFrom('a', 'b', 'c'), smallValue(2), {
  maxKeys: 3,
  noNullPrototype: true,
});

function smallValue(depth: number): fc.Arbitrary<BsonValue> {
  if (depth === 0) return smallLeaf;
  return fc.oneof(
    { weight: 3, arbitrary: smallLeaf },
    { weight: 1, arbitrary: fc.array(smallValue(depth - 1), { maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.constantFrom('x', 'y'), smallValue(depth - 1), { maxKeys: 2, noNullPrototype: true }),
    },
  );
}
