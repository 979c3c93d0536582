import { formatBytes, formatHours } from './amounts';

describe('amounts of recordings', () => {
  it('are written in the unit that reads best', () => {
    expect([0, 999, 1500, 19_000_000, 92_000_000_000, 5e15].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '19 MB',
      '92 GB',
      '5000 TB',
    ]);
    expect([0, 9.95, 10, 3200.4].map(formatHours)).toEqual(['0.0', '9.9', '10', '3,200']);
  });
});
