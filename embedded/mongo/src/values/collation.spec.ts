import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { parseCollation } from './collation.ts';
import { compareValues } from './compare.ts';
import type { BsonDocument } from './bson-value.ts';

const codeOf = (option: BsonDocument): number | undefined => {
  try {
    parseCollation(option);
  } catch (error) {
    return error instanceof CommandError ? error.code : -1;
  }
  return undefined;
};

describe('a collation', () => {
  it('is written out with every default', () => {
    expect<unknown>(parseCollation({ locale: 'ja', strength: new Int32(2) })?.specification).toEqual({
      locale: 'ja',
      caseLevel: false,
      caseFirst: 'off',
      strength: new Int32(2),
      numericOrdering: false,
      alternate: 'non-ignorable',
      maxVariable: 'punct',
      normalization: false,
      backwards: false,
      version: '57.1',
    });
  });

  it('orders strings wherever they stand in a value', () => {
    const collation = parseCollation({ locale: 'ja' });
    expect(compareValues(['さとう'], ['サイトウ'], collation)).toBeGreaterThan(0);
    expect(compareValues({ a: 'か' }, { a: 'ガ' }, collation)).toBeLessThan(0);
  });

  it('is refused where Intl cannot have the meaning, and where MongoDB knows no meaning', () => {
    expect(codeOf({ locale: 'en', strength: new Int32(4) })).toBe(115);
    expect(codeOf({ locale: 'en', strength: new Int32(3), caseLevel: true })).toBe(115);
    expect(codeOf({ locale: 'en', alternate: 'shifted' })).toBe(115);
    expect(codeOf({ locale: 'fr', backwards: true })).toBe(115);
    expect(codeOf({ locale: 'de' })).toBe(115);
    expect(codeOf({ locale: 'xx_yy_zz' })).toBe(2);
    expect(codeOf({ locale: 'simple', strength: new Int32(1) })).toBe(2);
    expect(codeOf({ locale: 'en', loud: true })).toBe(40415);
    expect(codeOf({})).toBeUndefined();
  });
});
