import { toneDbfs } from './level.ts';
import { resample } from './resample.ts';

function sine(frequencyHz: number, rate: number): Float32Array {
  return Float32Array.from({ length: rate * 2 }, (_, at) => 16_384 * Math.sin((2 * Math.PI * frequencyHz * at) / rate));
}

describe('resampling from 22 050 to 8000 Hz', () => {
  it('keeps a tone of the telephone band at its level and pitch', () => {
    const tone = resample(sine(1000, 22_050), 22_050, 8000).slice(4000, 12_000);
    expect(toneDbfs(tone, 1000, 8000)).toBeCloseTo(-6.02, 1);
  });

  it('folds nothing back from above 4 kHz', () => {
    const folded = resample(sine(5000, 22_050), 22_050, 8000).slice(4000, 12_000);
    expect(toneDbfs(folded, 3000, 8000)).toBeLessThan(-50);
  });

  it('gives as many samples as the time needs', () => {
    expect(resample(new Float32Array(22_050), 22_050, 8000).length).toBe(8000);
    expect(resample(new Float32Array(0), 22_050, 8000).length).toBe(0);
  });
});
