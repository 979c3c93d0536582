import { SAMPLE_RATE, decodeMuLaw } from './g711.ts';
import { rmsDbfs, toneDbfs } from './level.ts';

/** Two seconds and a little: the measured second plus what may still arrive out of order. */
const CAPACITY = 16_384;
const SAMPLES_PER_MS = SAMPLE_RATE / 1000;
/** A stream that pauses no longer than this is only late, on a busy machine; past it, the pause counts as silence. */
const TOLERATED_PAUSE_MS = 200;

export interface HeardLevels {
  /** Level by frequency in hertz, dBFS. */
  readonly dbfs: Record<string, number>;
  readonly rmsDbfs: number;
  /** How much of the measured second came in packets; the rest is silence. */
  readonly seconds: number;
}

interface SoundPacket {
  readonly ssrc: number;
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** The last two seconds of what somebody heard, laid out by RTP timestamp: what was lost or never sent is silence. */
export class HeardSound {
  readonly #samples = new Int16Array(CAPACITY);
  readonly #isReceived = new Uint8Array(CAPACITY);
  /** Position of the next sample, counted from the first packet. */
  #end = 0;
  #next: { ssrc: number; timestamp: number; atMs: number } | null = null;

  /** @param atMs when the packet arrived, on a monotonic clock */
  add(packet: SoundPacket, atMs: number): void {
    const start = this.#positionOf(packet, atMs);
    if (start === null) return;
    const end = start + packet.payload.length;
    for (let position = Math.max(this.#end, start - CAPACITY); position < start; position += 1) this.#write(position, 0, 0);
    packet.payload.forEach((code, index) => this.#write(start + index, decodeMuLaw(code), 1));
    if (end <= this.#end) return;
    this.#end = end;
    this.#next = { ssrc: packet.ssrc, timestamp: (packet.timestamp + packet.payload.length) >>> 0, atMs };
  }

  /** Levels over the second that ends at `nowMs`. */
  measure(nowMs: number, frequenciesHz: readonly number[]): HeardLevels {
    const pauseMs = this.#next ? Math.max(0, nowMs - this.#next.atMs - TOLERATED_PAUSE_MS) : 0;
    const windowStart = this.#end + Math.round(pauseMs * SAMPLES_PER_MS) - SAMPLE_RATE;
    const heard = new Int16Array(SAMPLE_RATE);
    let received = 0;
    for (let position = Math.max(0, windowStart); position < this.#end; position += 1) {
      heard[position - windowStart] = this.#samples[position % CAPACITY] ?? 0;
      received += this.#isReceived[position % CAPACITY] ?? 0;
    }
    return {
      dbfs: Object.fromEntries(frequenciesHz.map((hz) => [String(hz), toneDbfs(heard, hz, SAMPLE_RATE)])),
      rmsDbfs: rmsDbfs(heard),
      seconds: received / SAMPLE_RATE,
    };
  }

  /** Where the packet belongs; null when it is too late to matter. A new stream goes on where the clock says. */
  #positionOf(packet: SoundPacket, atMs: number): number | null {
    const next = this.#next;
    if (!next) return 0;
    const ahead = (packet.timestamp - next.timestamp) | 0;
    if (packet.ssrc === next.ssrc && Math.abs(ahead) < CAPACITY / 2) return this.#end + ahead >= 0 ? this.#end + ahead : null;
    return this.#end + Math.max(0, Math.round((atMs - next.atMs) * SAMPLES_PER_MS) - packet.payload.length);
  }

  #write(position: number, sample: number, isReceived: 0 | 1): void {
    this.#samples[position % CAPACITY] = sample;
    this.#isReceived[position % CAPACITY] = isReceived;
  }
}
