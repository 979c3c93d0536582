import type { SoundSource } from '../../ports/mixer.port.ts';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../frame.ts';
import { decibelsBetween, measureTone } from '../tone-meter.ts';
import { LegSounds } from './leg-sounds.ts';

/** A leg that hears this source, tick by tick. */
class Listener {
  readonly sounds = new LegSounds();
  tick = 0;

  constructor(source: SoundSource, tick = 0) {
    this.tick = tick;
    this.sounds.turnTo(source, tick);
  }

  hear(seconds: number, others = 0): Float64Array {
    const samples = new Float64Array(seconds * SAMPLE_RATE).fill(others);
    for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
      this.sounds.overlay(samples.subarray(at, at + FRAME_SAMPLES), this.tick);
      this.tick += 1;
    }
    return samples;
  }
}

function peak(samples: Float64Array): number {
  return samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
}

describe('what a leg hears besides other legs', () => {
  it('ring back with 400 Hz modulated at 16 Hz, one second on and two off, again and again', () => {
    const samples = new Listener('ringback', 7).hear(6);
    for (const start of [0, 3]) {
      const on = samples.subarray(start * SAMPLE_RATE, (start + 1) * SAMPLE_RATE);
      const carrier = measureTone(on, 400);
      expect(carrier).toBeGreaterThan(1500);
      // Amplitude modulation of depth 0.85 puts 0.425 of the carrier into each side band.
      expect(measureTone(on, 416) / carrier).toBeCloseTo(0.425, 2);
      expect(measureTone(on, 384) / carrier).toBeCloseTo(0.425, 2);
      expect(decibelsBetween(carrier, measureTone(on, 440))).toBeGreaterThan(40);
      expect(peak(samples.subarray((start + 1) * SAMPLE_RATE, (start + 3) * SAMPLE_RATE))).toBe(0);
    }
  });

  it('sound busy with plain 400 Hz, half a second on and half off', () => {
    const samples = new Listener('busy', 3).hear(2);
    const on = samples.subarray(SAMPLE_RATE, SAMPLE_RATE * 1.5);
    expect(measureTone(on, 400)).toBeCloseTo(4000, -1);
    expect(decibelsBetween(measureTone(on, 400), measureTone(on, 416))).toBeGreaterThan(40);
    expect(peak(samples.subarray(SAMPLE_RATE / 2, SAMPLE_RATE))).toBe(0);
  });

  it('are silent when the source is silence', () => {
    expect(peak(new Listener('silence').hear(1))).toBe(0);
  });

  it('keep their cadence when the same source is named again, and begin anew when it changes', () => {
    const listener = new Listener('ringback');
    listener.hear(1);
    listener.sounds.turnTo('ringback', listener.tick);
    expect(peak(listener.hear(1))).toBe(0);
    listener.sounds.turnTo('busy', listener.tick);
    expect(peak(listener.hear(0.1))).toBeGreaterThan(3000);
  });
});
