import { FRAME_SAMPLES } from '../frame.ts';

/** RMS of -60 dBm0: a sine that just fills µ-law is +3.17 dBm0 (ITU-T G.711) and has 32 124 / √2. */
const RMS = (32_124 / Math.SQRT2) * 10 ** ((-60 - 3.17) / 20);
/** 5 s, so that the ear finds no repetition. */
const LOOP_FRAMES = 250;
const SEED = 0x4b61;

/** A loop of noise with less treble than white noise has. The same every time: tests measure it. */
export function makeComfortNoise(): Int16Array {
  const noise = new Float64Array(LOOP_FRAMES * FRAME_SAMPLES);
  let seed = SEED;
  let smooth = 0;
  let power = 0;
  for (let i = 0; i < noise.length; i += 1) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    smooth = 0.4 * smooth + (seed / 2 ** 32 - 0.5);
    noise[i] = smooth;
    power += smooth * smooth;
  }
  const gain = RMS / Math.sqrt(power / noise.length);
  return Int16Array.from(noise, (sample) => Math.round(sample * gain));
}
