import { diskLevelAt } from './disk-level.model.ts';

describe('the level of the recordings disk', () => {
  it('warns at 20 % and is full at 3 %', () => {
    expect([100, 20.1, 20, 3.1, 3, 0].map((pct) => diskLevelAt(pct, 'ok'))).toEqual(['ok', 'ok', 'low', 'low', 'full', 'full']);
  });

  it('gets better only when there is clearly more room', () => {
    expect([20.4, 20.6].map((pct) => diskLevelAt(pct, 'low'))).toEqual(['low', 'ok']);
    expect([3.4, 3.6, 30].map((pct) => diskLevelAt(pct, 'full'))).toEqual(['full', 'low', 'ok']);
  });
});
