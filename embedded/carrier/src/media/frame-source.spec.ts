import { decodeMuLaw } from './g711.ts';
import { SILENT_FRAME, ringback, silence, splitIntoFrames, tone } from './frame-source.ts';
import { rmsDbfs, toneDbfs } from './level.ts';

function linear(source: Iterable<Uint8Array>, frames: number): number[] {
  const samples: number[] = [];
  let left = frames;
  for (const frame of source) {
    samples.push(...Array.from(frame, decodeMuLaw));
    left -= 1;
    if (left === 0) break;
  }
  return samples;
}

describe('sound sources', () => {
  // µ-law keeps the few distinct samples of 1000 Hz only to 0.1 dB.
  it('a tone keeps its phase over seconds and its level through µ-law', () => {
    const samples = linear(tone(1000, -12), 150);
    expect(samples.length).toBe(24_000);
    expect(toneDbfs(samples, 1000, 8000)).toBeCloseTo(-12, 0);
    expect(rmsDbfs(samples)).toBeCloseTo(-12, 0);
  });

  it('a limited tone and a limited silence end', () => {
    expect([...tone(1000, -12, 500)].length).toBe(25);
    expect([...silence(50)].length).toBe(3);
  });

  it('ringback is 400 Hz for one second and silence for two', () => {
    const samples = linear(ringback(), 300);
    expect(toneDbfs(samples.slice(0, 8000), 400, 8000)).toBeGreaterThan(-25);
    expect(rmsDbfs(samples.slice(8000, 24_000))).toBe(-100);
    expect(toneDbfs(samples.slice(24_000, 32_000), 400, 8000)).toBeGreaterThan(-25);
  });

  it('sound is cut into frames of 20 ms, the last filled up with silence', () => {
    const [first, second, ...rest] = splitIntoFrames(new Uint8Array(161).fill(7));
    expect(first).toEqual(new Uint8Array(160).fill(7));
    expect(second?.[0]).toBe(7);
    expect(second?.slice(1)).toEqual(SILENT_FRAME.slice(1));
    expect(rest).toEqual([]);
  });
});
