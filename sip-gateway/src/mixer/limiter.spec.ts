import { FRAME_SAMPLES, SAMPLE_RATE } from './frame.ts';
import { Limiter } from './limiter.ts';
import { decibelsBetween, measureTone } from './tone-meter.ts';

/** A second of a tone of this amplitude, frame by frame through the limiter. */
function limited(amplitude: number, limiter = new Limiter()): Float64Array {
  const samples = Float64Array.from(
    { length: SAMPLE_RATE },
    (_, i) => amplitude * Math.sin((2 * Math.PI * 500 * i) / SAMPLE_RATE),
  );
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES) limiter.limit(samples.subarray(at, at + FRAME_SAMPLES));
  return samples;
}

describe('the limiter', () => {
  it('leaves what fits untouched', () => {
    const samples = limited(29_000);
    expect(samples[4]).toBeCloseTo(29_000 * Math.sin((2 * Math.PI * 500 * 4) / SAMPLE_RATE), 6);
  });

  it('keeps six voices at full level within 16 bits from the first sample on', () => {
    const peak = limited(6 * 32_124).reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
    expect(peak).toBeLessThanOrEqual(32_000);
  });

  it('turns down without distorting', () => {
    const steady = limited(90_000).subarray(SAMPLE_RATE / 2);
    expect(measureTone(steady, 500)).toBeGreaterThan(28_000);
    for (const harmonic of [1500, 2500, 3500])
      expect(decibelsBetween(measureTone(steady, 500), measureTone(steady, harmonic))).toBeGreaterThan(50);
  });

  it('comes back within half a second', () => {
    const limiter = new Limiter();
    limited(60_000, limiter);
    expect(limited(1000, limiter).at(-4)).toBeCloseTo(-1000, 0);
  });
});
