import { displayNumber } from './phone-number.model.ts';
import { caseState, nextCallAt } from './case.model.ts';
import { CATEGORIES, categoryOfNumber, toCategoryView } from './category.model.ts';
import { maskBirthYear, maskName } from './masking.model.ts';

describe('masking', () => {
  it('keeps the first character of each part of a name', () => {
    expect(maskName('鈴木　太郎')).toBe('鈴●　太●');
    expect(maskName('長谷川 愛')).toBe('長● 愛●');
    expect(maskName('NGUYEN VAN AN')).toBe('N● V● A●');
  });

  it('counts characters, not code units', () => {
    expect(maskName('𠮷田　一')).toBe('𠮷●　一●');
  });

  it('hides the last digit of the birth year', () => {
    expect(maskBirthYear('1980-04-01')).toBe('198●');
  });
});

describe('a case on the list', () => {
  it('is stopped by a stop flag even when it is done', () => {
    expect(caseState({ flags: [{ code: 'S04', from: '2026-01-01', setBy: 'city' }], isDone: true }, '2026-11-24')).toBe(
      'stopped',
    );
    expect(caseState({ flags: [], isDone: true }, '2026-11-24')).toBe('done');
  });

  it('is tried again after five minutes when busy, an hour when absent, and not after a contact', () => {
    const endedAt = '2026-11-24T01:00:00.000Z';
    expect(nextCallAt('34', endedAt)).toBe('2026-11-24T01:05:00.000Z');
    expect(nextCallAt('31', endedAt)).toBe('2026-11-24T02:00:00.000Z');
    expect(nextCallAt('11', endedAt)).toBeNull();
    expect(nextCallAt('41', endedAt)).toBeNull();
  });
});

describe('debt categories', () => {
  it('are the eleven of the contract', () => {
    expect(CATEGORIES.map((category) => category.code)).toEqual([
      '01',
      '02',
      '03',
      '04',
      '05',
      '06',
      '07',
      '08',
      '09',
      '10',
      '11',
    ] as (typeof CATEGORIES)[number]['code'][]); // codes are branded
  });

  it('show the number that residents can call back', () => {
    const tax = CATEGORIES[3];
    expect(tax === undefined ? null : toCategoryView(tax).callerIdDisplay).toBe('022-000-1200');
  });

  it('answer for an inbound number by the first that shares it', () => {
    expect(categoryOfNumber('+81220001100')?.code as string).toBe('01');
    expect(categoryOfNumber('+81220009999')).toBeNull();
  });
});

describe('displayNumber', () => {
  it('groups mobile and landline numbers as residents write them', () => {
    expect(displayNumber('+819000000412')).toBe('090-0000-0412');
    expect(displayNumber('+81220000412')).toBe('022-000-0412');
    expect(displayNumber('+15551234567')).toBe('+15551234567');
  });
});
