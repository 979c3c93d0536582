import { TickClock } from './tick-clock.ts';
import { TickStatistics } from './tick-statistics.ts';

describe('the tick clock', () => {
  it('has nothing due before its time and one tick at it', () => {
    const clock = new TickClock(1000);
    expect(clock.takeDue(1019.9).run).toBe(0);
    expect(clock.takeDue(1020.5)).toEqual({ run: 1, skipped: 0, latenessMs: 0.5 });
    expect(clock.takeDue(1021).run).toBe(0);
  });

  it('keeps the rate exact although every tick is a little late', () => {
    const clock = new TickClock(0);
    let run = 0;
    for (let at = 0; at < 60_000; at += 21.7) run += clock.takeDue(at).run;
    expect(run).toBe(Math.floor(59_979 / 20));
  });

  it('runs the ticks of a short stall at once', () => {
    const clock = new TickClock(0);
    expect(clock.takeDue(85)).toEqual({ run: 4, skipped: 0, latenessMs: 65 });
  });

  it('skips and counts what a long stall would burst', () => {
    const clock = new TickClock(0);
    expect(clock.takeDue(1020)).toEqual({ run: 1, skipped: 50, latenessMs: 1000 });
    expect(clock.nextMs).toBe(1040);
  });
});

describe('the tick statistics', () => {
  it('give the 99th percentile and the maximum of the lateness', () => {
    const statistics = new TickStatistics();
    for (let tick = 0; tick < 990; tick += 1) statistics.add({ run: 1, skipped: 0, latenessMs: 0.3 });
    for (let tick = 0; tick < 10; tick += 1) statistics.add({ run: 1, skipped: 2, latenessMs: 55 });
    expect(statistics.summary).toEqual({ run: 1000, skipped: 20, latenessP99Ms: 0.5, latenessMaxMs: 55 });
  });
});
