import { FRAME_SAMPLES, MU_LAW_SILENCE, SAMPLE_RATE, encodeMuLaw } from './g711.ts';
import { amplitudeOf } from './level.ts';

/** What somebody says, one µ-law frame of 20 ms at a time. Over when the iterator is done. */
export type FrameSource = Iterator<Uint8Array, void, undefined>;
type Frames = Generator<Uint8Array, void, undefined>;

export const SILENT_FRAME: Uint8Array = new Uint8Array(FRAME_SAMPLES).fill(MU_LAW_SILENCE);
const FRAMES_PER_SECOND = SAMPLE_RATE / FRAME_SAMPLES;

/** Frames that fill this time; a part of a frame counts as one. */
export function framesIn(ms: number): number {
  return Math.ceil((ms * FRAMES_PER_SECOND) / 1000);
}

/** Cuts µ-law sound into frames, the last one filled up with silence. */
export function splitIntoFrames(sound: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset < sound.length; offset += FRAME_SAMPLES) {
    const frame = new Uint8Array(SILENT_FRAME);
    frame.set(sound.subarray(offset, offset + FRAME_SAMPLES));
    frames.push(frame);
  }
  return frames;
}

/** Silence for `ms`, or for ever. */
export function* silence(ms = Infinity): Frames {
  for (let left = framesIn(ms); left > 0; left -= 1) yield SILENT_FRAME;
}

/** A steady sine of a whole number of hertz for `ms`, or for ever. */
export function* tone(frequencyHz: number, dbfs: number, ms = Infinity): Frames {
  const second = splitIntoFrames(oneSecond((at) => amplitudeOf(dbfs) * Math.sin(2 * Math.PI * frequencyHz * at)));
  const wanted = framesIn(ms);
  for (let sent = 0; sent < wanted; sent += 1) yield second[sent % second.length] ?? SILENT_FRAME;
}

/** Ringback as Japanese exchanges send it: 400 Hz modulated with 16 Hz, one second on, two off (ITU-T E.180 Supplement 2). */
export function* ringback(): Frames {
  const modulated = (at: number): number => (0.55 + 0.45 * Math.sin(2 * Math.PI * 16 * at)) * Math.sin(2 * Math.PI * 400 * at);
  const burst = splitIntoFrames(oneSecond((at) => amplitudeOf(-16) * modulated(at)));
  for (;;) {
    yield* burst;
    yield* silence(2000);
  }
}

function oneSecond(sampleAt: (seconds: number) => number): Uint8Array {
  return Uint8Array.from({ length: SAMPLE_RATE }, (_, index) => encodeMuLaw(Math.round(sampleAt(index / SAMPLE_RATE))));
}
