import type { Signal } from '../../ports/mixer.port.ts';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../frame.ts';

/** Japanese tones are 400 Hz (ITU-T E.180 supplement 2); about -15 dBm0, clearly audible and far from clipping. */
const TONE_HZ = 400;
const AMPLITUDE = 4000;
/** Ringback is modulated at 15–20 Hz; 16 Hz fits the second evenly. */
const MODULATION_HZ = 16;
const MODULATION_DEPTH = 0.85;
/** Signals fade in and out over 5 ms, so that they do not click. */
const FADE_SAMPLES = 40;

export const RINGBACK = makeCycle({ onSeconds: 1, offSeconds: 2, isModulated: true });
export const BUSY = makeCycle({ onSeconds: 0.5, offSeconds: 0.5, isModulated: false });

/** One notice; two falling notes, as a questioning "eh?" would not be understood in every language. */
export const SIGNALS: Readonly<Record<Signal, Int16Array>> = {
  beep: makeNotes([{ hz: 1000, seconds: 0.2 }]),
  'please-repeat': makeNotes([
    { hz: 880, seconds: 0.16 },
    { hz: 660, seconds: 0.24 },
  ]),
};

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

/** Notes one after the other, each a multiple of a frame long. */
function makeNotes(notes: readonly { readonly hz: number; readonly seconds: number }[]): Int16Array {
  const parts = notes.map(({ hz, seconds }) => {
    const length = Math.round((seconds * SAMPLE_RATE) / FRAME_SAMPLES) * FRAME_SAMPLES;
    return Int16Array.from({ length }, (_, i) => {
      const fade = Math.min(1, i / FADE_SAMPLES, (length - 1 - i) / FADE_SAMPLES);
      return Math.round(AMPLITUDE * fade * Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE));
    });
  });
  return Int16Array.from(parts.flatMap((part) => [...part]));
}
