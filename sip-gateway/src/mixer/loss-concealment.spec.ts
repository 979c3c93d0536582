import { FRAME_SAMPLES, SAMPLE_RATE } from './frame.ts';
import { LossConcealer } from './loss-concealment.ts';

/** A voice of 125 Hz: a fundamental with falling harmonics. */
function voice(sample: number): number {
  const seconds = sample / SAMPLE_RATE;
  return [6000, 3000, 1500, 700].reduce(
    (sum, amplitude, k) => sum + amplitude * Math.sin(2 * Math.PI * 125 * (k + 1) * seconds),
    0,
  );
}

function voiceFrame(frame: number): Int16Array {
  return Int16Array.from({ length: FRAME_SAMPLES }, (_, i) => voice(frame * FRAME_SAMPLES + i));
}

function rms(samples: ArrayLike<number>): number {
  return Math.sqrt(Array.from(samples).reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const product = Array.from(a).reduce((sum, sample, i) => sum + sample * (b[i] ?? 0), 0) / a.length;
  return product / (rms(a) * rms(b));
}

/** Hears 10 frames of the voice, loses so many and hears the next one. */
function lose(frames: number): { readonly madeUp: Int16Array[]; readonly after: Int16Array } {
  const concealer = new LossConcealer();
  for (let n = 0; n < 10; n += 1) concealer.accept(voiceFrame(n));
  const madeUp = Array.from({ length: frames }, () => new Int16Array(FRAME_SAMPLES));
  for (const frame of madeUp) concealer.conceal(frame);
  const after = voiceFrame(10 + frames);
  concealer.accept(after);
  return { madeUp, after };
}

describe('the loss concealer', () => {
  it('goes on with the voice at its pitch and in its phase', () => {
    const { madeUp } = lose(2);
    expect(correlation(madeUp[0] ?? [], voiceFrame(10))).toBeGreaterThan(0.95);
    expect(correlation(madeUp[1] ?? [], voiceFrame(11))).toBeGreaterThan(0.9);
  });

  it('falls by a fifth each 10 ms after the first, and is silent after 60 ms', () => {
    const { madeUp } = lose(5);
    const levels = madeUp.map((frame) => rms(frame) / rms(voiceFrame(0)));
    expect(levels[0]).toBeGreaterThan(0.9);
    expect(levels[1]).toBeCloseTo(0.6, 1);
    expect(levels[2]).toBeCloseTo(0.2, 1);
    expect(levels.slice(3)).toEqual([0, 0]);
  });

  it('clicks neither where the loss begins nor where it ends', () => {
    const steepest = Math.max(...steps([...voiceFrame(0), ...voiceFrame(1)]));
    for (const frames of [1, 2, 3, 6]) {
      const { madeUp, after } = lose(frames);
      const heard = [...voiceFrame(9), ...madeUp.flatMap((frame) => [...frame]), ...after];
      expect(Math.max(...steps(heard))).toBeLessThan(steepest * 1.5);
    }
  });

  it('is silent before anything was heard, and leaves the first frame as it is', () => {
    const concealer = new LossConcealer();
    const frame = new Int16Array(FRAME_SAMPLES).fill(99);
    concealer.conceal(frame);
    expect(rms(frame)).toBe(0);
    const first = voiceFrame(3);
    concealer.accept(first);
    expect(first).toEqual(voiceFrame(3));
  });
});

function steps(samples: readonly number[]): number[] {
  return samples.slice(1).map((sample, i) => Math.abs(sample - (samples[i] ?? 0)));
}
