import { Binary, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId } from 'bson';
import fc from 'fast-check';
import { anyBsonValue } from './bson-sample.factory.ts';
import type { BsonValue } from './bson-value.ts';
import { compareValues, equalValues } from './compare.ts';

describe('BSON comparison', () => {
  it('orders types as MongoDB documents it', () => {
    const ordered: BsonValue[] = [
      new MinKey(),
      null,
      new Int32(5),
      'a',
      { a: new Int32(1) },
      [new Int32(1)],
      new Binary(Buffer.from('a')),
      new ObjectId(),
      false,
      new Date(0),
      new MaxKey(),
    ];
    expect(ordered.toReversed().sort((a, b) => compareValues(a, b))).toEqual(ordered);
  });

  it('compares numbers of different types by exact value', () => {
    expect(equalValues(new Int32(1), Decimal128.fromString('1.00'))).toBeTrue();
    expect(compareValues(Decimal128.fromString('0.1'), new Double(0.1))).toBe(-1);
    expect(compareValues(Long.fromString('9007199254740993'), new Double(9007199254740992))).toBe(1);
    expect(compareValues(new Double(NaN), new Double(-Infinity))).toBe(-1);
    expect(compareValues(Decimal128.fromString('1E+6000'), Long.MAX_VALUE)).toBe(1);
  });

  it('minds the order of keys in sub-documents and compares strings by code point', () => {
    expect(equalValues({ a: 'x', b: 'y' }, { b: 'y', a: 'x' })).toBeFalse();
    expect(compareValues('\uff5e', '\u{1f600}')).toBeLessThan(0);
  });

  it('orders binary data by length, subtype and bytes', () => {
    expect(compareValues(new Binary(Buffer.from([9])), new Binary(Buffer.from([1, 1])))).toBeLessThan(0);
    expect(equalValues(new Binary(Buffer.from([0xff])), new Binary(Buffer.from([0xfe])))).toBeFalse();
  });

  it('is a total order', () => {
    fc.assert(
      fc.property(anyBsonValue, anyBsonValue, anyBsonValue, (a, b, c) => {
        const [x, y, z] = [a, b, c].sort((left, right) => compareValues(left, right));
        expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a))).toBe(0);
        expect(compareValues(x, y)).toBeLessThanOrEqual(0);
        expect(compareValues(x, z)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});
