import { callingWindow } from './calling-hours.model.ts';
import { japanDateText, startOfJapanDay, startOfJapanMonth } from './japan-time.model.ts';

const isOpen = (japanTime: string): boolean => callingWindow('statute', new Date(`${japanTime}+09:00`)).isOpen;

describe('calling hours', () => {
  it('begin at 8:30 and end at 17:00 to the second', () => {
    expect(isOpen('2026-11-24T08:29:59')).toBeFalse();
    expect(isOpen('2026-11-24T08:30:00')).toBeTrue();
    expect(isOpen('2026-11-24T16:59:59')).toBeTrue();
    expect(isOpen('2026-11-24T17:00:00')).toBeFalse();
  });

  it('leave out weekends and holidays', () => {
    expect(isOpen('2026-11-22T10:00:00')).toBeFalse();
    expect(isOpen('2026-11-23T10:00:00')).toBeFalse();
  });

  it('never close in the demonstration, and say so', () => {
    expect(callingWindow('demo', new Date('2026-11-22T20:00:00+09:00'))).toEqual(
      jasmine.objectContaining({ isOpen: true, isDemoHours: true }),
    );
  });
});

describe('Japan time', () => {
  it('turns the day at 15:00 UTC', () => {
    expect(japanDateText(new Date('2026-11-30T14:59:59Z'))).toBe('2026-11-30');
    expect(japanDateText(new Date('2026-11-30T15:00:00Z'))).toBe('2026-12-01');
  });

  it('knows when the day and the month began', () => {
    const at = new Date('2026-11-30T15:30:00Z');
    expect(startOfJapanDay(at).toISOString()).toBe('2026-11-30T15:00:00.000Z');
    expect(startOfJapanMonth(at).toISOString()).toBe('2026-11-30T15:00:00.000Z');
  });
});
