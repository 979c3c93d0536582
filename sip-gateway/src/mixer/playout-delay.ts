import { FRAME_MS, SAMPLE_RATE } from './frame.ts';

const MIN_FRAMES = 1;
const MAX_FRAMES = 8;
/** 40 ms to begin with: what one late packet needs. */
const INITIAL_FRAMES = 2;
/** So much lateness costs nothing: the packet still comes before its tick. */
const FREE_MS = 1;
const WINDOW_MS = 2000;
/** What happened in the last 10 s may happen again. */
const WINDOWS = 5;
const SAMPLES_PER_MS = SAMPLE_RATE / 1000;

interface Window {
  fastestMs: number;
  slowestMs: number;
}

/**
 * How long packets must be kept back, from how unevenly they come: as many frames as the slowest packet of the last 10 s was later than the
 * fastest. Grows with the packet that shows it, shrinks by one frame each 2 s.
 */
export class PlayoutDelay {
  #targetFrames = INITIAL_FRAMES;
  #floorFrames = MIN_FRAMES;
  #windows: Window[] = [];
  #windowEndMs = 0;
  #firstTimestamp = 0;

  get targetFrames(): number {
    return this.#targetFrames;
  }

  /** Begins anew with another stream. */
  reset(timestamp: number): void {
    this.#targetFrames = INITIAL_FRAMES;
    this.#floorFrames = MIN_FRAMES;
    this.#windows = [];
    this.#firstTimestamp = timestamp;
  }

  /** A packet with this timestamp came at this time of the monotonic clock. */
  note(timestamp: number, arrivalMs: number): void {
    const transitMs = arrivalMs - ((timestamp - this.#firstTimestamp) | 0) / SAMPLES_PER_MS;
    const window = this.#windowAt(arrivalMs);
    if (transitMs < window.fastestMs) window.fastestMs = transitMs;
    if (transitMs > window.slowestMs) window.slowestMs = transitMs;
    const needed = this.#neededFrames();
    if (needed > this.#targetFrames) this.#targetFrames = needed;
  }

  /** Nothing was there when a frame was due: the smallest delay is too small for this stream. */
  noteUnderrun(): void {
    this.#floorFrames = INITIAL_FRAMES;
    if (this.#targetFrames < this.#floorFrames) this.#targetFrames = this.#floorFrames;
  }

  #windowAt(arrivalMs: number): Window {
    const current = this.#windows[0];
    if (current && arrivalMs < this.#windowEndMs) return current;
    if (current && this.#neededFrames() < this.#targetFrames) this.#targetFrames -= 1;
    const next = { fastestMs: Infinity, slowestMs: -Infinity };
    this.#windows = [next, ...this.#windows.slice(0, WINDOWS - 1)];
    this.#windowEndMs = arrivalMs + WINDOW_MS;
    return next;
  }

  #neededFrames(): number {
    let fastestMs = Infinity;
    let slowestMs = -Infinity;
    for (const window of this.#windows) {
      if (window.fastestMs < fastestMs) fastestMs = window.fastestMs;
      if (window.slowestMs > slowestMs) slowestMs = window.slowestMs;
    }
    const frames = 1 + Math.ceil(Math.max(0, slowestMs - fastestMs - FREE_MS) / FRAME_MS);
    return Math.min(MAX_FRAMES, Math.max(this.#floorFrames, frames));
  }
}
