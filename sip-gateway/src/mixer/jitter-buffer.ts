import { FRAME_SAMPLES } from './frame.ts';

/** `idle`: no packet has come since the reset; `concealed`: at least one sample had to be made up. */
export type PullOutcome = 'played' | 'concealed' | 'idle';
export type PushOutcome = 'queued' | 'late' | 'duplicate' | 'resynchronised';

/** A ring over RTP timestamps: 2^32 is a multiple of it, so the wrap of the timestamp needs no special case. */
const CAPACITY = 8192;
const MASK = CAPACITY - 1;
/** G.711 expands to at most ±32 256, so this value can stand for "no sample here". */
const NO_SAMPLE = -32_768;
/** 800 ms. A larger step of the timestamp, either way, is another stream rather than a late or early packet. */
const MAX_JUMP = 6400;
const MAX_PACKET_SAMPLES = 1440;
/** A repeated frame fades to silence over this many frames, so that a long loss does not buzz. */
const FADE_FRAMES = 3;
/** 40 ms: what two late packets need. The delay is heard in every answer, so it is no longer than that. */
const DEFAULT_TARGET_FRAMES = 2;
const EXCESS_FRAMES = 5;

/** Puts packets back into order and hands out one frame per tick, making up what is missing. */
export class JitterBuffer {
  readonly #targetSamples: number;
  readonly #maxSamples: number;
  readonly #targetFrames: number;
  readonly #ring = new Int16Array(CAPACITY).fill(NO_SAMPLE);
  readonly #lastFrame = new Int16Array(FRAME_SAMPLES);
  #phase: 'idle' | 'drained' | 'filling' | 'playing' = 'idle';
  #ssrc = 0;
  #playTimestamp = 0;
  #endTimestamp = 0;
  /** Nothing before this timestamp may be queued any more: it was played, or concealed. */
  #floorTimestamp = 0;
  #filledTicks = 0;
  #concealedInRow = FADE_FRAMES;

  /** @param targetFrames delay in frames of 20 ms before playing starts */
  constructor(targetFrames = DEFAULT_TARGET_FRAMES) {
    this.#targetFrames = targetFrames;
    this.#targetSamples = targetFrames * FRAME_SAMPLES;
    this.#maxSamples = (targetFrames + EXCESS_FRAMES) * FRAME_SAMPLES;
  }

  /** Queued audio in samples, gaps included. */
  get depthSamples(): number {
    return this.#phase === 'filling' || this.#phase === 'playing' ? distance(this.#endTimestamp, this.#playTimestamp) : 0;
  }

  /** Forgets the stream, as when the far side was replaced. */
  reset(): void {
    this.#ring.fill(NO_SAMPLE);
    this.#lastFrame.fill(0);
    this.#phase = 'idle';
    this.#concealedInRow = FADE_FRAMES;
  }

  /** Queues decoded samples by the timestamp of their packet. */
  push(ssrc: number, timestamp: number, samples: Int16Array): PushOutcome {
    const count = Math.min(samples.length, MAX_PACKET_SAMPLES);
    const outcome = this.#admit(ssrc, timestamp);
    if (outcome === 'late' || count === 0) return outcome;
    if (this.#ring[timestamp & MASK] !== NO_SAMPLE) return 'duplicate';
    for (let i = 0; i < count; i += 1) this.#ring[(timestamp + i) & MASK] = samples[i] ?? 0;
    this.#extendTo(timestamp + count);
    return outcome;
  }

  /** Fills a time in which the sender sent telephone-events in place of audio (RFC 4733 §2.1), so that it is not counted as loss. */
  pushSilence(ssrc: number, timestamp: number, durationSamples: number): void {
    if (this.#phase === 'idle' || this.#phase === 'drained' || ssrc !== this.#ssrc) return;
    const ahead = distance(timestamp + durationSamples, this.#playTimestamp);
    if (ahead <= 0 || ahead > MAX_JUMP) return;
    for (let i = Math.max(0, ahead - durationSamples); i < ahead; i += 1) {
      const at = (this.#playTimestamp + i) & MASK;
      if (this.#ring[at] === NO_SAMPLE) this.#ring[at] = 0;
    }
    this.#extendTo(timestamp + durationSamples);
  }

  /** Takes the next frame; call exactly once per tick. */
  pull(frame: Int16Array): PullOutcome {
    if (this.#phase === 'filling') this.#startWhenFilled();
    if (this.#phase !== 'playing') {
      this.#conceal(frame);
      return this.#phase === 'idle' ? 'idle' : 'concealed';
    }
    if (distance(this.#endTimestamp, this.#playTimestamp) <= 0) {
      this.#phase = 'drained';
      this.#floorTimestamp = this.#playTimestamp;
      this.#conceal(frame);
      return 'concealed';
    }
    return this.#play(frame);
  }

  /** Decides what a packet's timestamp means for the stream being played. */
  #admit(ssrc: number, timestamp: number): PushOutcome {
    if (this.#phase === 'idle') {
      this.#startStream(ssrc, timestamp);
      return 'queued';
    }
    const offset = distance(timestamp, this.#playTimestamp);
    if (ssrc !== this.#ssrc || offset > MAX_JUMP || offset < -MAX_JUMP) {
      this.#ring.fill(NO_SAMPLE);
      this.#startStream(ssrc, timestamp);
      return 'resynchronised';
    }
    if (this.#phase === 'playing') return offset < 0 ? 'late' : 'queued';
    if (distance(timestamp, this.#floorTimestamp) < 0) return 'late';
    if (this.#phase === 'drained') this.#startFilling(timestamp);
    else if (offset < 0) this.#playTimestamp = timestamp;
    return 'queued';
  }

  #startStream(ssrc: number, timestamp: number): void {
    this.#ssrc = ssrc;
    this.#floorTimestamp = (timestamp - this.#targetSamples) >>> 0;
    this.#startFilling(timestamp);
  }

  #startFilling(timestamp: number): void {
    this.#phase = 'filling';
    this.#playTimestamp = timestamp;
    this.#endTimestamp = timestamp;
    this.#filledTicks = 0;
  }

  /** A lone packet must be heard too, so waiting ends by time as well as by depth. */
  #startWhenFilled(): void {
    this.#filledTicks += 1;
    if (this.depthSamples >= this.#targetSamples || this.#filledTicks > this.#targetFrames) this.#phase = 'playing';
  }

  /** Moves the end on; when the sender's clock is faster, or a pause let packets pile up, skips to the target delay. */
  #extendTo(timestamp: number): void {
    if (distance(timestamp, this.#endTimestamp) > 0) this.#endTimestamp = timestamp >>> 0;
    if (this.depthSamples <= this.#maxSamples) return;
    const skip = this.depthSamples - this.#targetSamples;
    for (let i = 0; i < skip; i += 1) this.#ring[(this.#playTimestamp + i) & MASK] = NO_SAMPLE;
    this.#playTimestamp = (this.#playTimestamp + skip) >>> 0;
  }

  #play(frame: Int16Array): PullOutcome {
    let missing = 0;
    for (let i = 0; i < FRAME_SAMPLES; i += 1) {
      const at = (this.#playTimestamp + i) & MASK;
      const sample = this.#ring[at] ?? NO_SAMPLE;
      this.#ring[at] = NO_SAMPLE;
      if (sample === NO_SAMPLE) missing += 1;
      frame[i] = sample;
    }
    this.#playTimestamp = (this.#playTimestamp + FRAME_SAMPLES) >>> 0;
    if (missing === FRAME_SAMPLES) {
      this.#conceal(frame);
      return 'concealed';
    }
    if (missing > 0) this.#patch(frame);
    this.#lastFrame.set(frame);
    this.#concealedInRow = 0;
    return missing > 0 ? 'concealed' : 'played';
  }

  #patch(frame: Int16Array): void {
    for (let i = 0; i < FRAME_SAMPLES; i += 1) {
      if (frame[i] === NO_SAMPLE) frame[i] = (this.#lastFrame[i] ?? 0) / 2;
    }
  }

  #conceal(frame: Int16Array): void {
    if (this.#concealedInRow >= FADE_FRAMES) {
      frame.fill(0);
      return;
    }
    for (let i = 0; i < FRAME_SAMPLES; i += 1) {
      const gain = 1 - (this.#concealedInRow + i / FRAME_SAMPLES) / FADE_FRAMES;
      frame[i] = (this.#lastFrame[i] ?? 0) * gain;
    }
    this.#concealedInRow += 1;
  }
}

/** How far `later` is after `earlier`, modulo 2^32 (negative when before). */
function distance(later: number, earlier: number): number {
  return (later - earlier) | 0;
}
