import { compareCaller, normaliseKana, parseBirthDate } from './caller-identity.model.ts';

const known = {
  person: { kana: 'サトウ　ショウタ', birthDate: '1980-04-01', address: '仙台市青葉区架橋町3丁目7番1号　ハイツけやき203' },
  debts: [{ noticeNumber: '0125000001' }],
};

describe('comparing a caller with the record', () => {
  it('judges only what was said', () => {
    expect(compareCaller({ kana: 'さとう しょうた', birthDate: '' }, known)).toEqual({ name: 'match' });
  });

  it('tells a match from a mismatch item by item', () => {
    expect(compareCaller({ kana: 'サトウ ハナコ', birthDate: 'S55.4.1', noticeNumber: '0125000001' }, known)).toEqual({
      name: 'mismatch',
      'birth-date': 'match',
      'notice-number': 'match',
    });
  });

  it('takes an address in any common form, with or without the building', () => {
    const verdict = (address: string) => compareCaller({ address }, known).address;
    expect(verdict('宮城県仙台市青葉区架橋町三丁目７番１号')).toBe('match');
    expect(verdict('青葉区架橋町3-7-1')).toBe('match');
    expect(verdict('青葉区架橋町3-7-1 ハイツけやき203')).toBe('match');
  });

  it('does not take half an address or half a number', () => {
    const verdict = (address: string) => compareCaller({ address }, known).address;
    expect(verdict('青葉区')).toBe('mismatch');
    expect(verdict('青葉区架橋町3丁目')).toBe('mismatch');
    expect(
      compareCaller(
        { address: '青葉区架橋町3-7' },
        { ...known, person: { ...known.person, address: '仙台市青葉区架橋町3丁目71番1号' } },
      ).address,
    ).toBe('mismatch');
    expect(compareCaller({ noticeNumber: '0125' }, known)['notice-number']).toBe('mismatch');
  });
});

describe('normaliseKana', () => {
  it('makes one form of half-width, small and long-vowel spellings', () => {
    expect(normaliseKana('ｻﾄｳ ｼｮｳﾀ')).toBe(normaliseKana('サトウ　シヨウタ'));
  });
});

describe('parseBirthDate', () => {
  it('reads Japanese eras and the common era', () => {
    const forms = ['S55.4.1', '昭和55年4月1日', '1980-04-01', '1980/4/1', '19800401', 'Ｓ５５．４．１'];
    expect(forms.map(parseBirthDate)).toEqual(forms.map(() => '1980-04-01'));
    expect(parseBirthDate('R8.12.25')).toBe('2026-12-25');
    expect(parseBirthDate('令和元年5月1日')).toBe('2019-05-01');
  });

  it('takes no date that does not exist', () => {
    expect(parseBirthDate('1980-02-30')).toBeNull();
    expect(parseBirthDate('yesterday')).toBeNull();
  });
});
