import type { Signal, SoundName, SoundSource } from '../../ports/mixer.port.ts';
import { FRAME_SAMPLES } from '../frame.ts';
import { makeComfortNoise } from './comfort-noise.ts';
import { composeHoldMusic } from './hold-music.ts';
import { BUSY, RINGBACK, SIGNALS } from './tones.ts';

/** What everybody else is turned down to while an announcement is played: -16 dB. */
const DUCKED = 0.16;

/** One loop each, a whole number of frames long. Cadences start when a leg turns to them; the others are joined where they stand. */
const LOOPS: Readonly<Record<Exclude<SoundSource, 'silence'>, { readonly samples: Int16Array; readonly isJoined: boolean }>> = {
  ringback: { samples: RINGBACK, isJoined: false },
  busy: { samples: BUSY, isJoined: false },
  music: { samples: composeHoldMusic(), isJoined: true },
  comfort: { samples: makeComfortNoise(), isJoined: true },
};

interface Announcement {
  readonly name: SoundName;
  readonly samples: Int16Array;
  readonly isLooping: boolean;
  readonly gain: number;
  position: number;
}

/** Everything a leg hears besides other legs: a source, an announcement over it, and a signal over all. */
export class LegSounds {
  #source: SoundSource = 'silence';
  #sourceStart = 0;
  #announcement: Announcement | null = null;
  #ducking = 1;
  #signal: Int16Array | null = null;
  #signalPosition = 0;

  get source(): SoundSource {
    return this.#source;
  }

  /** Whether a frame has to be made although no other leg is heard. */
  get isAudible(): boolean {
    return this.#source !== 'silence' || this.#announcement !== null || this.#signal !== null;
  }

  /** Whether something lies over what the other legs say. */
  get isOverlaid(): boolean {
    return this.isAudible || this.#ducking !== 1;
  }

  /** Changes the source from this tick on; naming the same again does not disturb its cadence. */
  turnTo(source: SoundSource, tick: number): void {
    if (source === this.#source) return;
    this.#source = source;
    this.#sourceStart = tick;
  }

  announce(name: SoundName, samples: Int16Array, options: { readonly loop: boolean; readonly gain: number }): void {
    this.#announcement = { name, samples, isLooping: options.loop, gain: options.gain, position: 0 };
  }

  stopAnnouncement(): void {
    this.#announcement = null;
  }

  signal(signal: Signal): void {
    this.#signal = SIGNALS[signal];
    this.#signalPosition = 0;
  }

  /** Lays this tick's sounds over what the other legs say. Returns the announcement that ended with it, if any. */
  overlay(sum: Float64Array, tick: number): SoundName | null {
    if (this.#source !== 'silence') this.#addSource(sum, this.#source, tick);
    this.#duck(sum);
    const ended = this.#announcement ? this.#addAnnouncement(sum, this.#announcement) : null;
    if (this.#signal) this.#addSignal(sum, this.#signal);
    return ended;
  }

  #addSource(sum: Float64Array, source: Exclude<SoundSource, 'silence'>, tick: number): void {
    const { samples, isJoined } = LOOPS[source];
    const frames = samples.length / FRAME_SAMPLES;
    const frame = isJoined ? tick % frames : (tick - this.#sourceStart) % frames;
    add(sum, samples, frame * FRAME_SAMPLES, 1);
  }

  /** Turns down and up over one frame: a step would click. */
  #duck(sum: Float64Array): void {
    const target = this.#announcement ? DUCKED : 1;
    const start = this.#ducking;
    if (start === 1 && target === 1) return;
    const step = (target - start) / FRAME_SAMPLES;
    for (let i = 0; i < FRAME_SAMPLES; i += 1) sum[i] = (sum[i] ?? 0) * (start + step * (i + 1));
    this.#ducking = target;
  }

  #addAnnouncement(sum: Float64Array, announcement: Announcement): SoundName | null {
    const { samples, gain } = announcement;
    add(sum, samples, announcement.position, gain);
    announcement.position += FRAME_SAMPLES;
    if (announcement.position < samples.length) return null;
    if (announcement.isLooping) {
      announcement.position = 0;
      return null;
    }
    this.#announcement = null;
    return announcement.name;
  }

  #addSignal(sum: Float64Array, signal: Int16Array): void {
    add(sum, signal, this.#signalPosition, 1);
    this.#signalPosition += FRAME_SAMPLES;
    if (this.#signalPosition >= signal.length) this.#signal = null;
  }
}

/** Adds 20 ms of `samples` from `position`; what is beyond their end is silence. */
function add(sum: Float64Array, samples: Int16Array, position: number, gain: number): void {
  const count = Math.min(FRAME_SAMPLES, samples.length - position);
  for (let i = 0; i < count; i += 1) sum[i] = (sum[i] ?? 0) + (samples[position + i] ?? 0) * gain;
}
