import { LoadGuard } from './load-guard.ts';

function after(ticks: number, latenessMs: (tick: number) => number, busy: number): boolean {
  const guard = new LoadGuard();
  for (let tick = 0; tick < ticks; tick += 1) guard.note({ run: 1, skipped: 0, latenessMs: latenessMs(tick) }, () => busy);
  return guard.isOverloaded;
}

describe('the load guard', () => {
  it('admits legs at the start and under ordinary load', () => {
    expect(after(0, () => 0, 1)).toBeFalse();
    expect(after(100, () => 3, 0.7)).toBeFalse();
  });

  it('closes when the thread has no reserve left', () => {
    expect(after(100, () => 0, 0.9)).toBeTrue();
  });

  it('closes when many ticks are a whole frame late, not for a single stall', () => {
    expect(after(100, (tick) => (tick % 4 === 0 ? 25 : 0), 0.3)).toBeTrue();
    expect(after(100, (tick) => (tick === 50 ? 300 : 0), 0.3)).toBeFalse();
  });

  it('counts ticks that were due together one by one', () => {
    const guard = new LoadGuard();
    for (let n = 0; n < 25; n += 1) guard.note({ run: 4, skipped: 0, latenessMs: 65 }, () => 0.1);
    expect(guard.isOverloaded).toBeTrue();
  });

  it('opens again 2 s after the load has gone', () => {
    const guard = new LoadGuard();
    for (let tick = 0; tick < 100; tick += 1) guard.note({ run: 1, skipped: 0, latenessMs: 0 }, () => 0.95);
    expect(guard.isOverloaded).toBeTrue();
    for (let tick = 0; tick < 100; tick += 1) guard.note({ run: 1, skipped: 0, latenessMs: 0 }, () => 0.5);
    expect(guard.isOverloaded).toBeFalse();
  });
});
