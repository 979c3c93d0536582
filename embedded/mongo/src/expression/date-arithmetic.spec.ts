import fc from 'fast-check';
import { addTime, countBoundaries, truncateTime } from './date-arithmetic.ts';
import { TIME_UNITS } from './date-arguments.ts';
import { parseTimeZone } from './time-zone.ts';

const zoneNames = ['Asia/Tokyo', 'America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC', '+05:45'];
const anyZone = fc.constantFrom(...zoneNames).map((name) => parseTimeZone(name));
const anyInstant = fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2035, 0, 1) });
const SUNDAY = 0;

describe('date arithmetic', () => {
  it('reads the wall clock as Intl does', () => {
    for (const timeZone of zoneNames) {
      const zone = parseTimeZone(timeZone);
      const intl = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
      fc.assert(
        fc.property(anyInstant, (instant) => {
          const { year, month, day, hour, minute, second } = zone.toLocal(instant);
          const pad = (value: number): string => String(value).padStart(2, '0');
          const text = `${year}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}`;
          expect(text).toBe(intl.format(instant));
        }),
        { numRuns: 50 },
      );
    }
  });

  it('finds an instant of every wall clock reading it gave', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (zone, instant) => {
        const local = zone.toLocal(instant);
        expect(zone.toLocal(zone.toInstant(local))).toEqual(local);
      }),
      { numRuns: 500 },
    );
  });

  it('begins a unit at or before the instant and less than one unit before it', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, fc.constantFrom(...TIME_UNITS), (zone, instant, unit) => {
        const start = truncateTime(instant, { unit, size: 1, zone, startOfWeek: SUNDAY }).getTime();
        expect(start).toBeLessThanOrEqual(instant);
        expect(addTime(start, unit, 1, zone).getTime()).toBeGreaterThan(instant);
        expect(truncateTime(start, { unit, size: 1, zone, startOfWeek: SUNDAY }).getTime()).toBe(start);
      }),
      { numRuns: 500 },
    );
  });

  it('counts as many boundaries as units were added to the beginning of one', () => {
    const anyAmount = fc.integer({ min: -60, max: 60 });
    fc.assert(
      fc.property(
        anyZone,
        anyInstant,
        fc.constantFrom('year', 'quarter', 'month', 'week', 'day'),
        anyAmount,
        (zone, instant, unit, amount) => {
          const start = truncateTime(instant, { unit, size: 1, zone, startOfWeek: SUNDAY }).getTime();
          const end = addTime(start, unit, amount, zone).getTime();
          expect(countBoundaries(start, end, unit, zone, SUNDAY)).toBe(amount);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps the time of day when it adds days', () => {
    fc.assert(
      fc.property(anyInstant, fc.integer({ min: -400, max: 400 }), (instant, amount) => {
        const zone = parseTimeZone('Asia/Tokyo');
        const { hour, minute } = zone.toLocal(instant);
        expect(zone.toLocal(addTime(instant, 'day', amount, zone).getTime())).toEqual(jasmine.objectContaining({ hour, minute }));
      }),
    );
  });
});
