import { Int32 } from 'bson';
import fc from 'fast-check';
import { anyBsonValue } from '../values/bson-sample.factory.ts';
import { compareValues } from '../values/compare.ts';
import { afterPrefix, encodeKeyPart } from './key-encoding.ts';

describe('index key encoding', () => {
  it('orders bytes exactly as values, ascending and descending', () => {
    fc.assert(
      fc.property(anyBsonValue, anyBsonValue, (a, b) => {
        const order = Math.sign(compareValues(a, b));
        expect(Buffer.compare(encodeKeyPart(a, 1), encodeKeyPart(b, 1)) - order).toBe(0);
        expect(Buffer.compare(encodeKeyPart(a, -1), encodeKeyPart(b, -1)) + order).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the order of compound keys when the first fields are equal or not', () => {
    fc.assert(
      fc.property(anyBsonValue, anyBsonValue, anyBsonValue, anyBsonValue, (a, b, c, d) => {
        const order = Math.sign(compareValues(a, c)) || Math.sign(compareValues(b, d));
        const left = Buffer.concat([encodeKeyPart(a, 1), encodeKeyPart(b, 1)]);
        const right = Buffer.concat([encodeKeyPart(c, 1), encodeKeyPart(d, 1)]);
        expect(Buffer.compare(left, right) - order).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('ends a prefix range after every key with that prefix', () => {
    const key = encodeKeyPart(new Int32(7), 1);
    const end = afterPrefix(key) ?? Buffer.alloc(0);
    expect(Buffer.compare(Buffer.concat([key, Buffer.from([0xff, 0xff])]), end)).toBe(-1);
    expect(afterPrefix(Buffer.from([0xff, 0xff]))).toBeUndefined();
  });
});
