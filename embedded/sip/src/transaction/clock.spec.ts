import { systemClock } from './clock.ts';

describe('The clock of the machine', () => {
  beforeEach(() => {
    jasmine.clock().install();
  });

  afterEach(() => {
    jasmine.clock().uninstall();
  });

  it('waits for as long as it is told, also beyond what one timer of Node takes', () => {
    const daysMs = 60 * 86_400_000;
    let elapsed = 0;
    systemClock.startTimer(daysMs, () => elapsed++);
    const stop = systemClock.startTimer(daysMs, () => (elapsed += 100));
    jasmine.clock().tick(daysMs - 1);
    expect(elapsed).toBe(0);
    stop();
    jasmine.clock().tick(1);
    expect(elapsed).toBe(1);
  });
});
