import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { decodeDocument, encodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { documentOf, fieldNames } from '../values/field-order.ts';
import { compileProjection, removeFields } from './projection.ts';

const bson = (document: object): BsonDocument => decodeDocument(encodeDocument(document as BsonDocument));
const project = (specification: object, document: BsonDocument, inPipeline = false): BsonDocument =>
  compileProjection(bson(specification), { inPipeline, filter: {}, variables: new Map() })(document, {});

describe('a projection', () => {
  it('keeps the order of fields named by numbers', () => {
    const document = documentOf(
      [
        ['b', 1],
        ['10', 2],
        ['2', 3],
      ].map(([name, value]) => [String(name), new Int32(Number(value))] as const),
    );
    expect(fieldNames(project({ b: 1, 10: 1, 2: 1 }, document))).toEqual(['b', '10', '2']);
    expect(fieldNames(removeFields(document, ['b']))).toEqual(['10', '2']);
  });

  it('leaves the document as it was', () => {
    const document = bson({ list: [1, 2, 3], a: { b: 1, c: 2 } });
    const before = encodeDocument(document);
    project({ list: { $slice: 1 }, 'a.b': 0 }, document);
    expect(Buffer.compare(encodeDocument(document), before)).toBe(0);
  });

  it('knows nothing of find in a pipeline', () => {
    for (const [specification, code] of [
      [{ 'a.$': 1 }, 31324],
      [{ a: { $elemMatch: { b: 1 } } }, 168],
    ] as const) {
      expect(() => project(specification, {}, true)).toThrowMatching(
        (error) => error instanceof CommandError && error.code === code,
      );
    }
  });
});
