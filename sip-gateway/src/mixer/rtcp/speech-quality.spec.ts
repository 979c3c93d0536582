import { estimateMos } from './speech-quality.ts';

describe('the estimated speech quality', () => {
  it('is that of G.711 on a perfect line', () => {
    expect(estimateMos({ lossPct: 0, delayMs: 0 })).toBeCloseTo(4.41, 2);
  });

  it('falls with loss and with delay, steeper beyond 177 ms', () => {
    const byLoss = [0, 1, 5, 10, 30].map((lossPct) => estimateMos({ lossPct, delayMs: 60 }));
    expect(byLoss).toEqual(byLoss.toSorted((a, b) => b - a));
    expect(byLoss[3]).toBeLessThan(3.6);
    const byDelay = [50, 150, 250, 400].map((delayMs) => estimateMos({ lossPct: 0, delayMs }));
    expect((byDelay[1] ?? 0) - (byDelay[2] ?? 0)).toBeGreaterThan(2 * ((byDelay[0] ?? 0) - (byDelay[1] ?? 0)));
  });

  it('never leaves the scale', () => {
    expect(estimateMos({ lossPct: 100, delayMs: 3000 })).toBe(1);
  });
});
