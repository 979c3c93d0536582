import { eraYear, fiscalYearOf, formatDate, formatFiscalYear } from './japanese-date';

const TODAY = '2026-12-18';

describe('a date', () => {
  it('is written in the era with the AD date where it is a fact', () => {
    expect(formatDate('2026-12-01', 'full', 'ja', TODAY)).toBe('令和8年12月1日(2026-12-01)');
    expect(formatDate('2026-12-01', 'table', 'ja', TODAY)).toBe('令和8年12月1日');
  });

  it('leaves the year out in a list only within the current fiscal year', () => {
    expect(formatDate('2026-04-01', 'list', 'ja', TODAY)).toBe('4月1日');
    expect(formatDate('2027-03-31', 'list', 'ja', TODAY)).toBe('3月31日');
    expect(formatDate('2026-03-31', 'list', 'ja', TODAY)).toBe('令和8年3月31日');
  });

  it('carries the weekday where someone plans', () => {
    expect(formatDate('2026-12-18', 'plan', 'ja', TODAY)).toBe('12月18日(金)');
    expect(formatDate('2026-12-18', 'day', 'ja', TODAY)).toBe('令和8年12月18日(金)');
    expect(formatDate('2026-12-18', 'plan', 'en', TODAY)).toBe('Fri 18 Dec');
  });

  it('is AD only in English', () => {
    expect(formatDate('2026-12-01', 'full', 'en', TODAY)).toBe('1 Dec 2026');
    expect(formatDate('2026-12-01', 'list', 'en', TODAY)).toBe('1 Dec');
  });

  it('changes era on the day of the change and calls the first year 元年', () => {
    expect(eraYear('2019-04-30')).toBe('平成31年');
    expect(eraYear('2019-05-01')).toBe('令和元年');
    expect(eraYear('1989-01-07')).toBe('昭和64年');
    expect(eraYear('1989-01-08')).toBe('平成元年');
    expect(eraYear('1926-12-24')).toBe('大正15年');
    expect(eraYear('1926-12-25')).toBe('昭和元年');
    expect(eraYear('1912-07-29')).toBe('明治45年');
  });

  it('falls in the fiscal year that begins in April', () => {
    expect(fiscalYearOf('2026-03-31')).toBe(2025);
    expect(fiscalYearOf('2026-04-01')).toBe(2026);
    expect(formatFiscalYear(2025, 'ja')).toBe('令和7年度');
    expect(formatFiscalYear(2019, 'ja')).toBe('令和元年度');
    expect(formatFiscalYear(2025, 'en')).toBe('FY2025');
  });
});
