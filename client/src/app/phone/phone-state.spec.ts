import { backOffMs, renewalDelayMs } from './phone-state';

describe('phone back-off', () => {
  it('tries again quickly at first and never waits longer than 15 seconds', () => {
    expect(backOffMs(1)).toBe(200);
    expect(backOffMs(2)).toBe(500);
    expect(backOffMs(50)).toBe(15_000);
  });

  it('renews a credential at four fifths of its life', () => {
    const now = Date.parse('2026-12-18T05:00:00.000Z');
    expect(renewalDelayMs('2026-12-18T05:10:00.000Z', now)).toBe(480_000);
  });

  it('does not renew in a tight loop when the credential is already old', () => {
    const now = Date.parse('2026-12-18T05:00:00.000Z');
    expect(renewalDelayMs('2026-12-18T04:00:00.000Z', now)).toBe(1_000);
  });
});
