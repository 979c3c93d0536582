import { serialize, UUID } from 'bson';
import fc from 'fast-check';
import { CommandError } from '../command-error.ts';
import { decodeDocument, encodeDocument } from './bson-codec.ts';
import { anyBsonValue } from './bson-sample.factory.ts';
import type { BsonDocument } from './bson-value.ts';
import { compareValues } from './compare.ts';
import { cloneValue, fieldNames, setField } from './field-order.ts';

/** The bytes the driver makes of a Map, which keeps the order a plain object would lose. */
const bytesOf = (...entries: [string, unknown][]): Uint8Array => serialize(new Map(entries));

const codeOf = (run: () => unknown): number | undefined => {
  try {
    run();
  } catch (error) {
    return error instanceof CommandError ? error.code : -1;
  }
  return undefined;
};

describe('BSON codec', () => {
  it('writes the bytes it has read, for every type', () => {
    fc.assert(
      fc.property(anyBsonValue, (value) => {
        const bytes = Buffer.from(serialize({ value }, { ignoreUndefined: false }));
        expect(Buffer.compare(encodeDocument(decodeDocument(bytes)), bytes)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps fields named by whole numbers in their place, also in copies and after additions', () => {
    const document = decodeDocument(bytesOf(['b', 1], ['10', 2], ['2', 3], ['a', 4]));
    expect(fieldNames(document)).toEqual(['b', '10', '2', 'a']);
    const copy = { ...cloneValue(document) };
    delete copy['b'];
    setField(copy, '1', null);
    setField(copy, 'c', null);
    setField(copy, '0', null);
    expect(fieldNames(copy)).toEqual(['10', '2', 'a', '1', 'c', '0']);
    expect(fieldNames(decodeDocument(encodeDocument(copy)))).toEqual(fieldNames(copy));
  });

  it('compares documents by their stored order', () => {
    const [first, second] = [decodeDocument(bytesOf(['2', 1], ['1', 1])), decodeDocument(bytesOf(['1', 1], ['2', 1]))];
    expect(compareValues(first, second)).toBeGreaterThan(0);
  });

  it('takes references, __proto__ and _bsontype as ordinary fields', () => {
    const bytes = bytesOf(
      [
        'r',
        new Map<string, unknown>([
          ['$ref', 'a'],
          ['$id', new UUID()],
        ]),
      ],
      ['__proto__', 1],
      ['_bsontype', 'Long'],
    );
    const document = decodeDocument(bytes);
    expect(fieldNames(document['r'] as BsonDocument)).toEqual(['$ref', '$id']);
    expect(fieldNames(document)).toEqual(['r', '__proto__', '_bsontype']);
    expect(Buffer.compare(encodeDocument(document), bytes)).toBe(0);
  });

  it('writes documents larger than its working buffer whole', () => {
    const document = { a: 'x'.repeat(70_000), b: Array.from({ length: 9000 }, (_, index) => `仙台${index}`) };
    expect(Buffer.compare(encodeDocument(document), serialize(document))).toBe(0);
  });

  it('refuses malformed bytes with InvalidBSON and what it cannot keep as not supported', () => {
    const good = Buffer.from(serialize({ a: 'text', b: [1, true], c: new Date() }));
    for (let length = 0; length < good.length; length += 1) {
      expect(codeOf(() => decodeDocument(good.subarray(0, length)))).toBe(22);
    }
    const invalidText = Buffer.from(good);
    invalidText[11] = 0xff;
    expect(codeOf(() => decodeDocument(invalidText))).toBe(22);
    const undefinedType = Buffer.from([8, 0, 0, 0, 6, 97, 0, 0]);
    expect(codeOf(() => decodeDocument(undefinedType))).toBe(115);
  });
});
