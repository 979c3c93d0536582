import { businessDaysLeft, isBusinessDay } from './business-day.model.ts';
import { addDays, isHoliday, type CivilDate } from './japanese-holidays.model.ts';

const date = (text: string): CivilDate => {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return { year, month, day };
};

describe('business days', () => {
  it('are 241 in fiscal year 2026, month by month as in DOMAIN §4.13', () => {
    const months = [
      '2026-04',
      '2026-05',
      '2026-06',
      '2026-07',
      '2026-08',
      '2026-09',
      '2026-10',
      '2026-11',
      '2026-12',
      '2027-01',
      '2027-02',
      '2027-03',
    ];
    const counts = months.map((month) => businessDaysLeft(date(`${month}-01`)));
    expect(counts).toEqual([21, 18, 22, 22, 20, 19, 21, 19, 20, 19, 18, 22]);
  });

  it('have the fifth one of each month where the city counts it', () => {
    const fifth = (month: string): string => {
      let day = date(`${month}-01`);
      for (let count = 0; ; day = addDays(day, 1)) {
        if (isBusinessDay(day)) count += 1;
        if (count === 5) return `${day.month}/${day.day}`;
      }
    };
    expect(['2026-04', '2026-05', '2026-09', '2027-01', '2027-03'].map(fifth)).toEqual(['4/7', '5/12', '9/7', '1/8', '3/5']);
  });

  it('leave out year-end from 29 December to 3 January', () => {
    expect(isBusinessDay(date('2026-12-28'))).toBeTrue();
    expect(isBusinessDay(date('2026-12-29'))).toBeFalse();
    expect(isBusinessDay(date('2028-01-03'))).toBeFalse();
    expect(isBusinessDay(date('2027-01-04'))).toBeTrue();
  });
});

describe('national holidays', () => {
  it('include the day between two holidays', () => {
    expect(isHoliday(date('2026-09-22'))).toBeTrue();
  });

  it('move from a Sunday to the next day that is no holiday', () => {
    expect(isHoliday(date('2026-05-06'))).toBeTrue();
    expect(isHoliday(date('2027-03-22'))).toBeTrue();
    expect(isHoliday(date('2026-05-07'))).toBeFalse();
  });

  it('know the equinoxes', () => {
    expect(isHoliday(date('2026-03-20'))).toBeTrue();
    expect(isHoliday(date('2027-03-21'))).toBeTrue();
    expect(isHoliday(date('2026-09-23'))).toBeTrue();
  });
});
