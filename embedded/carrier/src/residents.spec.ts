import { isComplete, nationalNumber, residentAt } from './residents.ts';

describe('residents by number', () => {
  it('answer one second later for each digit from 0 to 4', () => {
    const ringMs = ['0', '1', '2', '3', '4'].map((digit) => residentAt(`0900000012${digit}`, null));
    expect(ringMs).toEqual(
      [1000, 2000, 3000, 4000, 5000].map((ms, digit) => ({
        kind: 'answers',
        ringMs: ms,
        hasEarlyMedia: digit === 3,
        hangsUpAfterMs: null,
      })),
    );
  });

  it('ending in 5 answers after 2 s and hangs up after 5 s', () => {
    expect(residentAt('09000000125', null)).toEqual({
      kind: 'answers',
      ringMs: 2000,
      hasEarlyMedia: false,
      hangsUpAfterMs: 5000,
    });
  });

  it('ending in 6 is busy, in 7 never answers, in 8 is a machine, in 9 is unallocated', () => {
    expect(residentAt('09000000126', null)).toEqual({ kind: 'busy' });
    expect(residentAt('09000000127', null)).toEqual({ kind: 'never-answers', ringMs: 90_000 });
    expect(residentAt('09000000128', null)).toEqual({ kind: 'answering-machine', ringMs: 4000, recordsMs: 60_000 });
    expect(residentAt('09000000129', null)).toEqual({ kind: 'unallocated' });
  });

  it('take the answer delay of a test only where a person answers and stays', () => {
    expect(residentAt('09000000124', 10)).toEqual(jasmine.objectContaining({ ringMs: 10 }));
    expect(residentAt('09000000125', 10)).toEqual(jasmine.objectContaining({ ringMs: 2000 }));
    expect(residentAt('09000000128', 10)).toEqual(jasmine.objectContaining({ ringMs: 4000 }));
  });

  it('are the same in E.164 and in national form', () => {
    expect(residentAt('+819000000123', null)).toEqual(residentAt('09000000123', null));
    expect(nationalNumber('+81220001100')).toBe('0220001100');
  });

  it('do not exist at numbers of a wrong length or shape', () => {
    for (const dialled of [
      '0900000012',
      '090000001233',
      '022000110',
      '02200011000',
      'desk',
      '',
      '110',
      '+12025550123',
      '9000000123',
    ]) {
      expect(residentAt(dialled, null)).withContext(dialled).toEqual({ kind: 'incomplete-number' });
    }
  });

  it('have eleven digits on mobile and IP numbers, else ten', () => {
    for (const national of [
      '09000000123',
      '05000000000',
      '02000000000',
      '08000000000',
      '0220001100',
      '0312345678',
      '0120000000',
    ]) {
      expect(isComplete(national)).withContext(national).toBeTrue();
    }
  });
});
