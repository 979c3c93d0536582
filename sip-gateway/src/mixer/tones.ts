import type { SoundSource } from '../ports/mixer.port.ts';
import { FRAME_SAMPLES, SAMPLE_RATE } from './frame.ts';

/** Japanese tones are 400 Hz (ITU-T E.180 supplement 2); about -15 dBm0, clearly audible and far from clipping. */
const TONE_HZ = 400;
const AMPLITUDE = 4000;
/** Ringback is modulated at 15–20 Hz; 16 Hz fits the second evenly. */
const MODULATION_HZ = 16;
const MODULATION_DEPTH = 0.85;

const cycles: Readonly<Record<Exclude<SoundSource, 'silence'>, Int16Array>> = {
  ringback: makeCycle({ onSeconds: 1, offSeconds: 2, isModulated: true }),
  busy: makeCycle({ onSeconds: 0.5, offSeconds: 0.5, isModulated: false }),
};

/** Plays one sound source from its beginning, frame by frame. */
export class TonePlayer {
  #source: SoundSource = 'silence';
  #position = 0;

  get source(): SoundSource {
    return this.#source;
  }

  /** Changes the source; naming the same again does not disturb its cadence. */
  play(source: SoundSource): void {
    if (source === this.#source) return;
    this.#source = source;
    this.#position = 0;
  }

  /** Adds the next 20 ms to `sum`. */
  addFrame(sum: Float64Array): void {
    if (this.#source === 'silence') return;
    const cycle = cycles[this.#source];
    for (let i = 0; i < FRAME_SAMPLES; i += 1) sum[i] = (sum[i] ?? 0) + (cycle[this.#position + i] ?? 0);
    this.#position = (this.#position + FRAME_SAMPLES) % cycle.length;
  }
}

/** One on-off cycle; its length is a multiple of a frame, so no frame straddles its end. */
function makeCycle(tone: { onSeconds: number; offSeconds: number; isModulated: boolean }): Int16Array {
  const samples = new Int16Array((tone.onSeconds + tone.offSeconds) * SAMPLE_RATE);
  const depth = tone.isModulated ? MODULATION_DEPTH : 0;
  for (let i = 0; i < tone.onSeconds * SAMPLE_RATE; i += 1) {
    const seconds = i / SAMPLE_RATE;
    const envelope = (1 + depth * Math.cos(2 * Math.PI * MODULATION_HZ * seconds)) / (1 + depth);
    samples[i] = Math.round(AMPLITUDE * envelope * Math.sin(2 * Math.PI * TONE_HZ * seconds));
  }
  return samples;
}
