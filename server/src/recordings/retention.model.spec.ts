import { CategoryCode } from '#contracts/ids.contract';
import { parseRetention } from './retention.model.ts';

const code = (text: string): CategoryCode => CategoryCode.parse(text);

describe('retention', () => {
  it('is so many days, and others for the categories named', () => {
    const retention = parseRetention('1095, 04=1825');
    expect(['01', '04'].map((text) => retention?.daysOf(code(text)))).toEqual([1095, 1825]);
    const startedAt = '2026-04-01T00:00:00.000Z';
    expect(retention?.keepUntil({ categoryCode: code('01'), startedAt }).toISOString()).toBe('2029-03-31T00:00:00.000Z');
    expect(retention?.expiredBefore(code('01'), new Date('2029-03-31T00:00:00.000Z')).toISOString()).toBe(startedAt);
  });

  it('is refused when it is not written so', () => {
    for (const text of ['', '0', 'x', '10,4=5', '10,04', '10,04=0', '-1', '04=10']) expect(parseRetention(text)).toBeNull();
  });
});
