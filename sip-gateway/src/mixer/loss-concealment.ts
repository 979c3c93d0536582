import { FRAME_SAMPLES, SAMPLE_RATE } from './frame.ts';

/**
 * Makes up for lost packets by going on with the last period of the voice, as ITU-T G.711 Appendix I does: the pitch is found by correlation,
 * the last period is repeated with its seam blended, longer losses use two and three periods lest they buzz, and the level falls to silence.
 * Unlike there nothing is delayed: the blend at the seam is made before the loss begins.
 */
const MIN_PITCH = 40;
const MAX_PITCH = 120;
const WINDOW = 160;
const MAX_PERIODS = 3;
const HISTORY = MAX_PITCH * MAX_PERIODS + MAX_PITCH / 2;
/** After 10 ms the level falls by 20 % each 10 ms; 60 ms after the start it is silent. */
const STEADY_SAMPLES = SAMPLE_RATE / 100;
const FADED_SAMPLES = 6 * STEADY_SAMPLES;
/** The first samples after a loss are blended with the continuation, longer after a longer loss. */
const MIN_BLEND = SAMPLE_RATE / 250;
const MAX_BLEND = SAMPLE_RATE / 100;

export class LossConcealer {
  /** The latest good samples, the newest last. */
  readonly #history = new Int16Array(HISTORY);
  readonly #cycle = new Float64Array(MAX_PITCH * MAX_PERIODS);
  #cycleLength = 0;
  #period = 0;
  #position = 0;
  /** Samples made up since the last good one; 0 when nothing is missing. */
  #madeUp = 0;
  #hasHeard = false;

  reset(): void {
    this.#history.fill(0);
    this.#madeUp = 0;
    this.#hasHeard = false;
  }

  /** Takes note of a good frame, and smooths its beginning when it comes after a loss. */
  accept(frame: Int16Array): void {
    if (this.#madeUp > 0 && this.#hasHeard) this.#blendInto(frame);
    this.#madeUp = 0;
    this.#hasHeard = true;
    this.#history.copyWithin(0, FRAME_SAMPLES);
    this.#history.set(frame, HISTORY - FRAME_SAMPLES);
  }

  /** Fills `frame` with what the voice might have said. */
  conceal(frame: Int16Array): void {
    if (!this.#hasHeard || this.#madeUp >= FADED_SAMPLES) {
      this.#madeUp += FRAME_SAMPLES;
      frame.fill(0);
      return;
    }
    if (this.#madeUp === 0) this.#start();
    this.#continue(frame.subarray(0, STEADY_SAMPLES));
    this.#continue(frame.subarray(STEADY_SAMPLES));
  }

  #start(): void {
    this.#period = findPitch(this.#history);
    this.#buildCycle(1);
    this.#position = 0;
  }

  /** The last `periods` periods, with their last quarter blended towards what came before them, so that the cycle closes. */
  #buildCycle(periods: number): void {
    const length = this.#period * periods;
    const start = HISTORY - length;
    const blend = this.#period >> 2;
    for (let i = 0; i < length; i += 1) this.#cycle[i] = this.#history[start + i] ?? 0;
    for (let i = 0; i < blend; i += 1) {
      const share = (i + 1) / (blend + 1);
      const at = length - blend + i;
      this.#cycle[at] = (this.#cycle[at] ?? 0) * (1 - share) + (this.#history[start - blend + i] ?? 0) * share;
    }
    this.#cycleLength = length;
  }

  /** At most 10 ms of the made-up voice. */
  #continue(samples: Int16Array): void {
    const made = this.#madeUp;
    if (made > 0 && made < MAX_PERIODS * STEADY_SAMPLES && made % STEADY_SAMPLES === 0) {
      this.#buildCycle(made / STEADY_SAMPLES + 1);
      // Goes on at the same phase within the voice's period.
      this.#position %= this.#period;
    }
    let position = this.#position;
    for (let i = 0; i < samples.length; i += 1) {
      const faded = Math.max(0, made + i - STEADY_SAMPLES) / (FADED_SAMPLES - STEADY_SAMPLES);
      samples[i] = Math.round((this.#cycle[position] ?? 0) * (1 - faded));
      position += 1;
      if (position === this.#cycleLength) position = 0;
    }
    this.#position = position;
    this.#madeUp += samples.length;
  }

  #blendInto(frame: Int16Array): void {
    if (this.#madeUp >= FADED_SAMPLES) {
      for (let i = 0; i < MIN_BLEND; i += 1) frame[i] = (frame[i] ?? 0) * ((i + 1) / MIN_BLEND);
      return;
    }
    const blend = Math.min(MAX_BLEND, MIN_BLEND + (this.#madeUp >> 3));
    const continuation = new Int16Array(blend);
    this.#continue(continuation);
    for (let i = 0; i < blend; i += 1) {
      const share = (i + 1) / (blend + 1);
      frame[i] = Math.round((frame[i] ?? 0) * share + (continuation[i] ?? 0) * (1 - share));
    }
  }
}

/** The lag at which the last 20 ms resemble what came before them most: coarse by every other sample, then exact. */
function findPitch(history: Int16Array): number {
  let best = MIN_PITCH;
  let bestScore = -Infinity;
  for (let lag = MIN_PITCH; lag <= MAX_PITCH; lag += 2) {
    const score = resemblance(history, lag, 2);
    if (score > bestScore) [best, bestScore] = [lag, score];
  }
  bestScore = -Infinity;
  for (let lag = Math.max(MIN_PITCH, best - 1), last = Math.min(MAX_PITCH, best + 1), centre = best; lag <= last; lag += 1) {
    const score = resemblance(history, lag, 1);
    if (score > bestScore || (score === bestScore && lag === centre)) [best, bestScore] = [lag, score];
  }
  return best;
}

/** Normalised correlation. */
function resemblance(history: Int16Array, lag: number, step: number): number {
  let product = 0;
  let energy = 1;
  for (let i = HISTORY - WINDOW; i < HISTORY; i += step) {
    const before = history[i - lag] ?? 0;
    product += (history[i] ?? 0) * before;
    energy += before * before;
  }
  return product / Math.sqrt(energy);
}
