import type { GateReason } from '#contracts/cases.contract';
import { mayContact, type Attempt, type GateQuestion } from './contact-gate.model.ts';

const at = new Date('2026-11-24T14:00:00+09:00');
const question = (change: Partial<GateQuestion> = {}): GateQuestion => ({
  arrears: 12_000,
  flags: [],
  phoneKind: 'mobile',
  attempts: [],
  hours: 'statute',
  at,
  ...change,
});
const attempt = (japanTime: string, resultCode: Attempt['resultCode'] = '31'): Attempt => ({
  at: new Date(`${japanTime}+09:00`).toISOString(),
  resultCode,
});
const failed = (change: Partial<GateQuestion>): GateReason['code'][] =>
  mayContact(question(change))
    .reasons.filter((reason) => !reason.passed)
    .map((reason) => reason.code);

describe('the contact gate', () => {
  it('lets an ordinary call through and answers for every rule', () => {
    const verdict = mayContact(question());
    expect(verdict.allowed).toBeTrue();
    expect(verdict.reasons.map((reason) => reason.code)).toEqual([
      'case-closed',
      'hours',
      'stop-flag',
      'attempts-today',
      'within-the-hour',
      'contacted-today',
      'attempts-month',
      'workplace',
    ]);
  });

  it('stops where nothing is owed any more', () => {
    expect(failed({ arrears: 0 })).toEqual(['case-closed']);
  });

  it('stops outside the calling hours', () => {
    expect(failed({ at: new Date('2026-11-24T17:00:00+09:00') })).toEqual(['hours']);
  });

  it('stops for a stop flag from its first day on, and not for an attention flag', () => {
    expect(failed({ flags: [{ code: 'S02', from: '2026-11-24', setBy: 'city' }] })).toEqual(['stop-flag']);
    expect(failed({ flags: [{ code: 'S02', from: '2026-11-25', setBy: 'city' }] })).toEqual([]);
    expect(failed({ flags: [{ code: 'A03', from: '2026-01-01', setBy: 'centre' }] })).toEqual([]);
  });

  it('stops the fourth attempt of a day', () => {
    const three = [attempt('2026-11-24T09:00:00'), attempt('2026-11-24T10:30:00'), attempt('2026-11-24T12:00:00')];
    expect(failed({ attempts: three.slice(1) })).toEqual([]);
    expect(failed({ attempts: three })).toEqual(['attempts-today']);
  });

  it('does not count a call that was called off', () => {
    expect(failed({ attempts: [attempt('2026-11-24T13:59:00', '71')] })).toEqual([]);
  });

  it('waits an hour, unless the line was busy', () => {
    expect(failed({ attempts: [attempt('2026-11-24T13:00:01')] })).toEqual(['within-the-hour']);
    expect(failed({ attempts: [attempt('2026-11-24T13:00:00')] })).toEqual([]);
    expect(failed({ attempts: [attempt('2026-11-24T13:55:00', '34')] })).toEqual([]);
  });

  it('stops for the rest of a day with a contact', () => {
    expect(failed({ attempts: [attempt('2026-11-24T09:00:00', '12')] })).toEqual(['contacted-today']);
    expect(failed({ attempts: [attempt('2026-11-20T09:00:00', '11')] })).toEqual([]);
  });

  it('stops the eleventh attempt of a month', () => {
    const ten = Array.from({ length: 10 }, (_, index) => attempt(`2026-11-${String(index + 2).padStart(2, '0')}T10:00:00`));
    expect(failed({ attempts: ten })).toEqual(['attempts-month']);
    expect(failed({ attempts: ten, at: new Date('2026-12-01T14:00:00+09:00') })).toEqual([]);
  });

  it('never calls a workplace', () => {
    expect(failed({ phoneKind: 'workplace' })).toEqual(['workplace']);
  });
});

describe('the contact gate in a demonstration', () => {
  const three = [attempt('2026-11-24T13:10:00'), attempt('2026-11-24T13:20:00', '11'), attempt('2026-11-24T13:30:00')];

  it('shows the limits on attempts without enforcing them', () => {
    const verdict = mayContact(question({ hours: 'demo', attempts: three, at: new Date('2026-11-22T23:00:00+09:00') }));
    expect(verdict.allowed).toBeTrue();
    const shown = mayContact(question({ hours: 'demo', attempts: three })).reasons.find(
      (reason) => reason.code === 'attempts-today',
    );
    expect(shown).toEqual({ code: 'attempts-today', passed: false, values: { count: 3, limit: 3, enforced: 'no' } });
  });

  it('still stops for a stop flag', () => {
    expect(
      mayContact(question({ hours: 'demo', flags: [{ code: 'S09', from: '2026-01-01', setBy: 'city' }] })).allowed,
    ).toBeFalse();
  });
});
