import { filterRows } from '../cases/today-filter';
import { laterCases, upcomingCases } from '../cases/next-case';
import { ageOn } from './age';
import { isMicrophoneNeeded, isNewer, isQuickWrapUp, isUnidentified, phaseOf, timerOf } from './call-phase';
import { arrearsOf, debtsOf } from './debts';
import { aCall, aCase, aRow, callId, CAR_TAX, caseId, INSURANCE } from './desk.testing';
import { isAttempt, likelyResults, RESULT_CODES, retryAfterMinutes, typeDigit } from './result-codes';

const NOW = Date.parse('2026-12-18T05:32:00.000Z');

describe('what the desk makes of a call', () => {
  it('is idle without a call, after one, and while one waits for another seat', () => {
    expect(phaseOf(null)).toBe('idle');
    expect(phaseOf(aCall({ phase: 'done' }))).toBe('idle');
    expect(phaseOf(aCall({ phase: 'queued' }))).toBe('idle');
    expect(phaseOf(aCall({ phase: 'talking' }))).toBe('talking');
  });

  it('drops an older view of the same call and an older call', () => {
    const shown = aCall({ version: 5, startedAt: '2026-12-18T05:30:00.000Z' });
    expect(isNewer(aCall({ version: 4 }), shown)).toBeFalse();
    expect(isNewer(aCall({ version: 5 }), shown)).toBeTrue();
    expect(isNewer(aCall({ id: callId('before'), startedAt: '2026-12-18T05:00:00.000Z' }), shown)).toBeFalse();
    expect(isNewer(aCall({ id: callId('after'), version: 1, startedAt: '2026-12-18T05:31:00.000Z' }), shown)).toBeTrue();
  });

  it('lets sound out of the microphone only while somebody is called or talks', () => {
    const phases = ['idle', 'offered', 'dialling', 'ringing', 'talking', 'wrap-up'] as const;
    expect(phases.filter(isMicrophoneNeeded)).toEqual(['dialling', 'ringing', 'talking']);
  });

  it('runs the timer from the answer while talking and from the end in wrap-up', () => {
    const answeredAt = '2026-12-18T05:28:10.000Z';
    const endedAt = '2026-12-18T05:31:00.000Z';
    expect(timerOf(aCall({ phase: 'ringing' })).since).toBe('2026-12-18T05:28:00.000Z');
    expect(timerOf(aCall({ phase: 'talking', answeredAt })).since).toBe(answeredAt);
    expect(timerOf(aCall({ phase: 'wrap-up', answeredAt, endedAt })).since).toBe(endedAt);
  });

  it('takes one key for an unanswered call and the whole form for a talk', () => {
    expect(isQuickWrapUp(aCall({ phase: 'wrap-up' }))).toBeTrue();
    expect(isQuickWrapUp(aCall({ phase: 'wrap-up', answeredAt: '2026-12-18T05:28:10.000Z' }))).toBeFalse();
    expect(isQuickWrapUp(aCall({ phase: 'talking' }))).toBeFalse();
  });

  it('opens no case for an inbound caller before identification', () => {
    expect(isUnidentified(aCall({ direction: 'inbound', phase: 'offered', caseId: null }))).toBeTrue();
    expect(isUnidentified(aCall({ direction: 'inbound', phase: 'talking', caseId: null }))).toBeTrue();
    expect(isUnidentified(aCall({ direction: 'inbound', phase: 'talking' }))).toBeFalse();
    expect(isUnidentified(aCall({ phase: 'dialling' }))).toBeFalse();
  });
});

describe('result codes', () => {
  it('are typed as two digits in a row', () => {
    const first = typeDigit(null, '3', NOW);
    expect(first.typed?.first).toBe('3');
    expect(typeDigit(first.typed, '4', NOW + 500).code).toBe('34');
  });

  it('forget a first digit after a pause and start again with a digit that completes nothing', () => {
    const first = typeDigit(null, '3', NOW);
    expect(typeDigit(first.typed, '4', NOW + 2_000).code).toBeNull();
    expect(typeDigit(first.typed, '7', NOW + 500)).toEqual({ typed: { first: '7', atMs: NOW + 500 }, code: null });
    expect(typeDigit(null, '9', NOW)).toEqual({ typed: null, code: null });
  });

  it('keep the chosen one in sight even when it is unlikely', () => {
    expect(likelyResults(true, null)).not.toContain('41');
    expect(likelyResults(true, '41')).toContain('41');
    expect(likelyResults(false, null)).toContain('31');
  });

  it('follow the retry rules: busy soon, absent in an hour, reached not today, wrong numbers never', () => {
    expect(retryAfterMinutes('34')).toBe(5);
    expect(retryAfterMinutes('31')).toBe(60);
    expect(retryAfterMinutes('11')).toBe('not-today');
    expect(retryAfterMinutes('41')).toBeNull();
    expect(RESULT_CODES.filter((code) => !isAttempt(code))).toEqual(['71']);
  });
});

describe("today's list", () => {
  const rows = [
    aRow(1),
    aRow(2, { state: 'done' }),
    aRow(3, { nextCallAt: '2026-12-18T06:00:00.000Z' }),
    aRow(4, { nextCallAt: '2026-12-18T05:00:00.000Z', categories: [CAR_TAX.code] }),
    aRow(5, { state: 'stopped' }),
  ];
  const orders = (found: { order: number }[]): number[] => found.map((row) => row.order);

  it('goes on after the current person, wraps round, and leaves out who cannot be called now', () => {
    expect(orders(upcomingCases(rows, caseId('case-1'), NOW))).toEqual([4]);
    expect(orders(upcomingCases(rows, caseId('case-4'), NOW))).toEqual([1]);
    expect(orders(upcomingCases(rows, null, NOW))).toEqual([1, 4]);
  });

  it('keeps those with a set time apart', () => {
    expect(orders(laterCases(rows, NOW))).toEqual([3]);
  });

  it('is filtered by state and category without changing its order', () => {
    expect(orders(filterRows(rows, { state: 'open', category: null }))).toEqual([1, 3, 4]);
    expect(orders(filterRows(rows, { state: 'all', category: CAR_TAX.code }))).toEqual([4]);
    expect(orders(filterRows(rows, { state: 'stopped', category: INSURANCE.code }))).toEqual([5]);
  });
});

describe('debts', () => {
  it('are summed for the subject of the call only', () => {
    const { debts } = aCase();
    expect(arrearsOf(debtsOf(debts, INSURANCE.code))).toBe(36_700);
    expect(arrearsOf(debts)).toBe(47_500);
    expect(debtsOf(debts, INSURANCE.code).map((debt) => debt.instalment)).toEqual([8, 9]);
  });
});

describe('age', () => {
  it('changes on the birthday in Japan, not at midnight elsewhere', () => {
    expect(ageOn('1952-05-14', Date.parse('2026-05-13T14:59:00.000Z'))).toBe(73);
    expect(ageOn('1952-05-14', Date.parse('2026-05-13T15:00:00.000Z'))).toBe(74);
  });
});
