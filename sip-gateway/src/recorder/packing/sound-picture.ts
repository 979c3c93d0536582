import { FRAME_MS, FRAME_SAMPLES } from '../../mixer/frame.ts';
import type { ChannelFrame } from '../frame-stream.ts';

/** Slices of a recording, each drawn as one bar. */
export const PEAKS_PER_CHANNEL = 800;
const FULL_SCALE = 32_768;
/** Below -46 dB of full scale nobody speaks; line noise of a telephone lies there. */
const SILENT_BELOW = 160;
/** Silence shorter than this is a breath. */
const MIN_SILENCE_TICKS = 100;

export interface Silence {
  readonly tick: number;
  readonly ticks: number;
}

/** What a recording looks like: the loudest sample of every slice by channel, and where nobody speaks. */
export class SoundPicture {
  readonly peaks: readonly Uint16Array[];
  readonly silences: Silence[] = [];
  readonly #totalTicks: number;
  #tick = 0;
  #silentSince: number | null = 0;

  constructor(channels: number, totalTicks: number) {
    this.#totalTicks = Math.max(1, totalTicks);
    this.peaks = Array.from({ length: channels }, () => new Uint16Array(PEAKS_PER_CHANNEL));
  }

  frame(frames: readonly ChannelFrame[]): void {
    const first = this.#sliceOf(this.#tick);
    // Up to where the next frame begins, beyond the end for the last one.
    const last = Math.max(first, Math.min(PEAKS_PER_CHANNEL, this.#positionOf(this.#tick + 1)) - 1);
    let loudest = 0;
    frames.forEach(({ state, samples }, channel) => {
      if (state === 'absent') return;
      const peak = peakOf(samples);
      const peaks = this.peaks[channel];
      for (let slice = first; peaks && slice <= last; slice += 1) peaks[slice] = Math.max(peaks[slice] ?? 0, peak);
      loudest = Math.max(loudest, peak);
    });
    if (loudest >= SILENT_BELOW) this.#endSilence();
    else this.#silentSince ??= this.#tick;
    this.#tick += 1;
  }

  silence(ticks: number): void {
    this.#silentSince ??= this.#tick;
    this.#tick += ticks;
  }

  finish(): void {
    this.#endSilence();
  }

  /** By channel, 0 to 1. */
  get scaledPeaks(): number[][] {
    return this.peaks.map((peaks) =>
      Array.from(peaks, (peak) => Math.round((Math.min(peak, FULL_SCALE) / FULL_SCALE) * 1000) / 1000),
    );
  }

  #sliceOf(tick: number): number {
    return Math.min(PEAKS_PER_CHANNEL - 1, this.#positionOf(tick));
  }

  #positionOf(tick: number): number {
    return Math.floor((tick / this.#totalTicks) * PEAKS_PER_CHANNEL);
  }

  #endSilence(): void {
    if (this.#silentSince === null) return;
    const ticks = this.#tick - this.#silentSince;
    if (ticks >= MIN_SILENCE_TICKS) this.silences.push({ tick: this.#silentSince, ticks });
    this.#silentSince = null;
  }
}

export const SECONDS_PER_TICK = FRAME_MS / 1000;

function peakOf(samples: Int16Array): number {
  let peak = 0;
  for (let i = 0; i < FRAME_SAMPLES; i += 1) {
    const amplitude = Math.abs(samples[i] ?? 0);
    if (amplitude > peak) peak = amplitude;
  }
  return peak;
}
