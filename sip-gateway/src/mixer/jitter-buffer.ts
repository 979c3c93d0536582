import { FRAME_SAMPLES } from './frame.ts';
import { LossConcealer } from './loss-concealment.ts';
import { PlayoutDelay } from './playout-delay.ts';

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
/** So much more than the wanted delay may pile up before it is skipped even in the middle of speech. */
const EXCESS_FRAMES = 5;
/** The delay is compared with the wanted one once a second. */
const REGULATION_TICKS = 50;

/** Puts packets back into order, hands out one frame per tick and makes up what is missing. Its delay follows the unevenness of the arrivals. */
export class JitterBuffer {
  readonly #delay = new PlayoutDelay();
  readonly #concealer = new LossConcealer();
  readonly #ring = new Int16Array(CAPACITY).fill(NO_SAMPLE);
  readonly #lastFrame = new Int16Array(FRAME_SAMPLES);
  #phase: 'idle' | 'drained' | 'filling' | 'playing' = 'idle';
  #ssrc = 0;
  #playTimestamp = 0;
  #endTimestamp = 0;
  /** Nothing before this timestamp may be queued any more: it was played, or concealed. */
  #floorTimestamp = 0;
  #filledTicks = 0;
  /** The most that was queued at any tick of this second: the delay, apart from what was late. */
  #deepest = 0;
  #regulationTick = 0;
  /** Frames to play twice (positive) or to leave out (negative) as soon as the party is silent. */
  #correction = 0;
  #framesInserted = 0;
  #framesDropped = 0;
  #packetsLate = 0;

  /** The delay wanted now, in frames of 20 ms. */
  get targetFrames(): number {
    return this.#delay.targetFrames;
  }

  /** What was done to the stream since the buffer exists: frames played twice and left out in silence, packets that came too late. */
  get counts(): { readonly framesInserted: number; readonly framesDropped: number; readonly packetsLate: number } {
    return { framesInserted: this.#framesInserted, framesDropped: this.#framesDropped, packetsLate: this.#packetsLate };
  }

  /** Queued audio in samples, gaps included. */
  get depthSamples(): number {
    return this.#phase === 'filling' || this.#phase === 'playing' ? distance(this.#endTimestamp, this.#playTimestamp) : 0;
  }

  /** Forgets the stream, as when the far side was replaced. */
  reset(): void {
    this.#ring.fill(NO_SAMPLE);
    this.#lastFrame.fill(0);
    this.#concealer.reset();
    this.#phase = 'idle';
  }

  /** Queues decoded samples by the timestamp of their packet. `arrivalMs`: of the monotonic clock, null when it may have waited for us. */
  push(ssrc: number, timestamp: number, samples: Int16Array, arrivalMs: number | null = null): PushOutcome {
    const count = Math.min(samples.length, MAX_PACKET_SAMPLES);
    const outcome = this.#admit(ssrc, timestamp);
    if (arrivalMs !== null) this.#delay.note(timestamp, arrivalMs);
    if (outcome === 'late') this.#packetsLate += 1;
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

  /** Takes the next frame; call exactly once per tick. Up to `quietPower` (mean square) a frame counts as silence: there the delay is set right. */
  pull(frame: Int16Array, quietPower = 0): PullOutcome {
    if (this.#phase === 'filling') this.#startWhenFilled();
    if (this.#phase !== 'playing') {
      this.#concealer.conceal(frame);
      return this.#phase === 'idle' ? 'idle' : 'concealed';
    }
    if (distance(this.#endTimestamp, this.#playTimestamp) <= 0) {
      this.#phase = 'drained';
      this.#floorTimestamp = this.#playTimestamp;
      this.#delay.noteUnderrun();
      this.#concealer.conceal(frame);
      return 'concealed';
    }
    this.#regulate();
    if (this.#correction > 0 && this.#repeatSilence(frame, quietPower)) return 'played';
    if (this.#correction < 0) this.#dropSilence(quietPower);
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
    this.#delay.reset(timestamp);
    this.#floorTimestamp = (timestamp - this.#delay.targetFrames * FRAME_SAMPLES) >>> 0;
    this.#startFilling(timestamp);
  }

  #startFilling(timestamp: number): void {
    this.#phase = 'filling';
    this.#playTimestamp = timestamp;
    this.#endTimestamp = timestamp;
    this.#filledTicks = 0;
    this.#restartRegulation();
  }

  /** A lone packet must be heard too, so waiting ends by time as well as by depth. */
  #startWhenFilled(): void {
    this.#filledTicks += 1;
    const target = this.#delay.targetFrames;
    if (this.depthSamples >= target * FRAME_SAMPLES || this.#filledTicks > target) this.#phase = 'playing';
  }

  /** Moves the end on; when the sender's clock is faster, or a pause let packets pile up, skips to the target delay. */
  #extendTo(timestamp: number): void {
    if (distance(timestamp, this.#endTimestamp) > 0) this.#endTimestamp = timestamp >>> 0;
    const target = this.#delay.targetFrames;
    if (this.depthSamples > (target + EXCESS_FRAMES) * FRAME_SAMPLES) this.#skip(this.depthSamples - target * FRAME_SAMPLES);
  }

  #skip(samples: number): void {
    for (let i = 0; i < samples; i += 1) this.#ring[(this.#playTimestamp + i) & MASK] = NO_SAMPLE;
    this.#playTimestamp = (this.#playTimestamp + samples) >>> 0;
    this.#framesDropped += Math.round(samples / FRAME_SAMPLES);
    this.#restartRegulation();
  }

  #restartRegulation(): void {
    this.#deepest = 0;
    this.#regulationTick = 0;
    this.#correction = 0;
  }

  #regulate(): void {
    this.#deepest = Math.max(this.#deepest, this.depthSamples);
    this.#regulationTick += 1;
    if (this.#regulationTick < REGULATION_TICKS) return;
    this.#correction = this.#delay.targetFrames - Math.floor(this.#deepest / FRAME_SAMPLES);
    this.#deepest = 0;
    this.#regulationTick = 0;
  }

  /** Plays the silent frame of the last tick once more; what is queued waits. */
  #repeatSilence(frame: Int16Array, quietPower: number): boolean {
    if (powerOf(this.#lastFrame) > quietPower) return false;
    frame.set(this.#lastFrame);
    this.#correction -= 1;
    this.#framesInserted += 1;
    return true;
  }

  /** Leaves a silent frame out, when another is there to go on with. */
  #dropSilence(quietPower: number): void {
    if (this.depthSamples < 2 * FRAME_SAMPLES || this.#queuedPower() > quietPower) return;
    const correction = this.#correction + 1;
    this.#skip(FRAME_SAMPLES);
    this.#correction = correction;
  }

  /** The power of the frame that is next; a frame with a hole has infinite power, so that it is concealed rather than dropped. */
  #queuedPower(): number {
    let sum = 0;
    for (let i = 0; i < FRAME_SAMPLES; i += 1) {
      const sample = this.#ring[(this.#playTimestamp + i) & MASK] ?? NO_SAMPLE;
      if (sample === NO_SAMPLE) return Infinity;
      sum += sample * sample;
    }
    return sum / FRAME_SAMPLES;
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
      this.#concealer.conceal(frame);
      return 'concealed';
    }
    if (missing > 0) this.#patch(frame);
    this.#concealer.accept(frame);
    this.#lastFrame.set(frame);
    return missing > 0 ? 'concealed' : 'played';
  }

  /** Packets of 10 ms: half of the frame is there. */
  #patch(frame: Int16Array): void {
    for (let i = 0; i < FRAME_SAMPLES; i += 1) {
      if (frame[i] === NO_SAMPLE) frame[i] = (this.#lastFrame[i] ?? 0) / 2;
    }
  }
}

function powerOf(frame: Int16Array): number {
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  return sum / frame.length;
}

/** How far `later` is after `earlier`, modulo 2^32 (negative when before). */
function distance(later: number, earlier: number): number {
  return (later - earlier) | 0;
}
