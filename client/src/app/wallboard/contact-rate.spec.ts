import { cutPercent, daysIn, missingPersons, neededPace } from './contact-rate';

const rate = (reached: number, requested: number, openDaysLeft = 7) => ({
  month: '2026-12',
  reached,
  requested,
  targetPercent: 40,
  byDay: [],
  openDaysLeft,
});

describe('the contact rate', () => {
  it('is cut to two decimals and never rounded up to the target', () => {
    expect(cutPercent(1178, 3100)).toBe('38.00');
    expect(cutPercent(39_999, 100_000)).toBe('39.99');
    expect(cutPercent(45, 46)).toBe('97.82');
    expect(cutPercent(1, 3)).toBe('33.33');
  });

  it('has no percent without a denominator', () => expect(cutPercent(0, 0)).toBeNull());

  it('says how many persons are missing, in whole persons', () => {
    expect(missingPersons(rate(1178, 3100))).toBe(62);
    expect(missingPersons(rate(0, 3))).toBe(2);
    expect(missingPersons(rate(1240, 3100))).toBe(0);
    expect(missingPersons(rate(2000, 3100))).toBe(0);
  });

  it('says the pace that is still needed', () => {
    expect(neededPace(rate(1178, 3100))).toBe(9);
    expect(neededPace(rate(1240, 3100, 0))).toBe(0);
    expect(neededPace(rate(1178, 3100, 0))).toBeNull();
  });

  it('knows the length of a month', () => {
    expect(daysIn('2026-12')).toBe(31);
    expect(daysIn('2028-02')).toBe(29);
  });
});
