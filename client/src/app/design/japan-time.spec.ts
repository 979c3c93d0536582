import { japanDate, japanTime } from './japan-time';

describe('the time in Japan', () => {
  it('does not depend on the clock zone of the seat', () => {
    expect(japanTime(Date.parse('2026-12-18T05:32:07.000Z'))).toBe('14:32');
    expect(japanTime(Date.parse('2026-12-18T05:32:07.000Z'), true)).toBe('14:32:07');
    expect(japanTime(Date.parse('2026-12-17T23:05:00.000Z'))).toBe('8:05');
  });

  it('begins the day at 15:00 UTC', () => {
    expect(japanDate(Date.parse('2026-12-18T14:59:59.999Z'))).toBe('2026-12-18');
    expect(japanDate(Date.parse('2026-12-18T15:00:00.000Z'))).toBe('2026-12-19');
  });
});
