import { FLOOR_DBFS, amplitudeOf, rmsDbfs, toneDbfs } from './level.ts';

const RATE = 8000;

function sine(frequencyHz: number, dbfs: number, samples = RATE): Float64Array {
  return Float64Array.from({ length: samples }, (_, at) => amplitudeOf(dbfs) * Math.sin((2 * Math.PI * frequencyHz * at) / RATE));
}

describe('levels', () => {
  it('of a sine are the same by tone and by RMS', () => {
    const samples = sine(1000, -12);
    expect(toneDbfs(samples, 1000, RATE)).toBeCloseTo(-12, 3);
    expect(rmsDbfs(samples)).toBeCloseTo(-12, 3);
  });

  it('tell two tones apart that sound together', () => {
    const agent = sine(440, -20);
    const both = sine(1000, -12).map((sample, at) => sample + (agent[at] ?? 0));
    expect(toneDbfs(both, 1000, RATE)).toBeCloseTo(-12, 2);
    expect(toneDbfs(both, 440, RATE)).toBeCloseTo(-20, 2);
    expect(toneDbfs(both, 700, RATE)).toBeLessThan(-90);
  });

  it('of silence and of nothing are the floor', () => {
    expect(toneDbfs(new Int16Array(RATE), 1000, RATE)).toBe(FLOOR_DBFS);
    expect(rmsDbfs(new Int16Array(RATE))).toBe(FLOOR_DBFS);
    expect(rmsDbfs([])).toBe(FLOOR_DBFS);
    expect(toneDbfs([], 1000, RATE)).toBe(FLOOR_DBFS);
  });
});
