import fc from 'fast-check';
import { CommandError } from '../command-error.ts';
import { anyBsonValue } from '../values/bson-sample.factory.ts';
import { decodeDocument, encodeDocument } from '../values/bson-codec.ts';
import { FieldDecoder } from './decode-fields.ts';

const name = fc.constantFrom('a', 'ab', 'b', 'c', 'ä', '0', '');
const document = fc.dictionary(name, anyBsonValue, { noNullPrototype: true });

describe('decoding some fields', () => {
  it('gives what decoding the whole document gives', () => {
    fc.assert(
      fc.property(document, fc.uniqueArray(name), (value, names) => {
        const bytes = encodeDocument(value);
        const whole = decodeDocument(bytes);
        const part = new FieldDecoder(new Set(names)).decode(bytes);
        const wanted = Object.fromEntries(Object.entries(whole).filter(([field]) => names.some((one) => one === field)));
        expect(encodeDocument({ v: Object.entries(part).sort() })).toEqual(encodeDocument({ v: Object.entries(wanted).sort() }));
      }),
      { numRuns: 300 },
    );
  });

  it('ends with an error, and never without end, on damaged bytes', () => {
    fc.assert(
      fc.property(document, fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 }), (value, changes) => {
        const bytes = encodeDocument(value);
        for (const [position, byte] of changes) bytes[position % bytes.length] = byte;
        try {
          new FieldDecoder(new Set(['a', 'c', 'z'])).decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CommandError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
