import type { SoundSource } from '../ports/mixer.port.ts';
import { FRAME_SAMPLES, SAMPLE_RATE } from './frame.ts';
import { decibelsBetween, measureTone } from './tone-meter.ts';
import { TonePlayer } from './tones.ts';

function play(player: TonePlayer, seconds: number): Float64Array {
  const samples = new Float64Array(seconds * SAMPLE_RATE);
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES) player.addFrame(samples.subarray(at, at + FRAME_SAMPLES));
  return samples;
}

function aPlayer(source: SoundSource): TonePlayer {
  const player = new TonePlayer();
  player.play(source);
  return player;
}

function peak(samples: Float64Array): number {
  return samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
}

describe('the tones', () => {
  it('ring back with 400 Hz modulated at 16 Hz, one second on and two off, again and again', () => {
    const samples = play(aPlayer('ringback'), 6);
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
    const samples = play(aPlayer('busy'), 2);
    const on = samples.subarray(SAMPLE_RATE, SAMPLE_RATE * 1.5);
    expect(measureTone(on, 400)).toBeCloseTo(4000, -1);
    expect(decibelsBetween(measureTone(on, 400), measureTone(on, 416))).toBeGreaterThan(40);
    expect(peak(samples.subarray(SAMPLE_RATE / 2, SAMPLE_RATE))).toBe(0);
  });

  it('are silent when the source is silence', () => {
    expect(peak(play(aPlayer('silence'), 1))).toBe(0);
  });

  it('keep their cadence when the same source is named again, and begin anew when it changes', () => {
    const player = aPlayer('ringback');
    play(player, 1);
    player.play('ringback');
    expect(peak(play(player, 1))).toBe(0);
    player.play('busy');
    expect(peak(play(player, 0.1))).toBeGreaterThan(3000);
  });
});
