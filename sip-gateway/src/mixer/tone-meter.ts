import { SAMPLE_RATE } from './frame.ts';

/** Amplitude of one frequency in 16-bit samples at 8 kHz (Goertzel's algorithm); for tests and diagnosis of audio paths. */
export function measureTone(samples: ArrayLike<number>, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE);
  let last = 0;
  let beforeLast = 0;
  for (let i = 0; i < samples.length; i += 1) {
    const next = (samples[i] ?? 0) + coefficient * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}

/** Ratio of two amplitudes in decibels, with a floor of one hundredth of a quantisation step. */
export function decibelsBetween(louder: number, quieter: number): number {
  return 20 * Math.log10(louder / Math.max(quieter, 0.01));
}

const PIECE_SAMPLES = 400;

/** The amplitude of a frequency where it is strongest, in pieces of 50 ms: a sender that stumbles breaks the phase, not this. */
export function strongestTone(samples: Int16Array, hz: number): number {
  let strongest = 0;
  for (let at = 0; at + PIECE_SAMPLES <= samples.length; at += PIECE_SAMPLES / 2) {
    strongest = Math.max(strongest, measureTone(samples.subarray(at, at + PIECE_SAMPLES), hz));
  }
  return strongest;
}
