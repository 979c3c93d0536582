import { SAMPLE_RATE } from '../frame.ts';
import type { ReportBlock } from './rtcp-packet.ts';

const SEQUENCE_CYCLE = 0x1_0000;
/** A larger step forward, or a larger one back, is a stream that started over (RFC 3550 appendix A.1). */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;
const TICKS_PER_MS = SAMPLE_RATE / 1000;
/** The jitter is smoothed over 16 packets (RFC 3550 appendix A.8). */
const JITTER_SHARE = 1 / 16;

/** What one interval of a stream was like. */
export interface IntervalReception {
  readonly expected: number;
  readonly lost: number;
}

/** Counts one incoming RTP stream as RFC 3550 appendices A.3 and A.8 do. */
export class Reception {
  #ssrc: number | null = null;
  #baseSequence = 0;
  #highest = 0;
  #received = 0;
  #lastTransit: number | null = null;
  #jitter = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;

  /** Of the stream; null before its first packet. */
  get ssrc(): number | null {
    return this.#ssrc;
  }

  get jitterMs(): number {
    return this.#jitter / TICKS_PER_MS;
  }

  get received(): number {
    return this.#received;
  }

  reset(): void {
    this.#ssrc = null;
  }

  /** `arrivalMs`: of the monotonic clock; null when the packet may have waited for us. */
  note(
    packet: { readonly ssrc: number; readonly sequenceNumber: number; readonly timestamp: number },
    arrivalMs: number | null,
  ): void {
    if (packet.ssrc !== this.#ssrc) this.#start(packet.ssrc, packet.sequenceNumber);
    const step = (packet.sequenceNumber - this.#highest) & 0xffff;
    if (step < MAX_DROPOUT) this.#highest += step;
    else if (step < SEQUENCE_CYCLE - MAX_MISORDER) this.#start(packet.ssrc, packet.sequenceNumber);
    this.#received += 1;
    if (arrivalMs === null) this.#lastTransit = null;
    else this.#noteTransit(arrivalMs * TICKS_PER_MS - packet.timestamp);
  }

  /** What came since the last interval was taken. */
  takeInterval(): IntervalReception {
    const expected = this.#expected - this.#expectedBefore;
    const received = this.#received - this.#receivedBefore;
    this.#expectedBefore = this.#expected;
    this.#receivedBefore = this.#received;
    return { expected, lost: Math.max(0, expected - received) };
  }

  /** The block about this stream, for the interval taken last; null before its first packet. */
  describe(interval: IntervalReception): Omit<ReportBlock, 'lastReport' | 'delaySinceLastReport'> | null {
    if (this.#ssrc === null) return null;
    return {
      ssrc: this.#ssrc,
      fractionLost: interval.expected === 0 ? 0 : Math.min(255, Math.floor((interval.lost * 256) / interval.expected)),
      cumulativeLost: this.#expected - this.#received,
      highestSequence: this.#highest % 2 ** 32,
      jitter: Math.round(this.#jitter),
    };
  }

  get #expected(): number {
    return this.#ssrc === null ? 0 : this.#highest - this.#baseSequence + 1;
  }

  #start(ssrc: number, sequenceNumber: number): void {
    this.#ssrc = ssrc;
    this.#baseSequence = sequenceNumber;
    this.#highest = sequenceNumber;
    this.#received = 0;
    this.#lastTransit = null;
    this.#jitter = 0;
    this.#expectedBefore = 0;
    this.#receivedBefore = 0;
  }

  #noteTransit(transit: number): void {
    if (this.#lastTransit !== null) {
      // Modulo 2^32, for the wrap of the timestamp; half a sample more or less does not matter.
      const difference = Math.abs(Math.round(transit - this.#lastTransit) | 0);
      this.#jitter += (difference - this.#jitter) * JITTER_SHARE;
    }
    this.#lastTransit = transit;
  }
}
