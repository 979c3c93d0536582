import { FRAME_SAMPLES } from './frame.ts';
import { JitterBuffer } from './jitter-buffer.ts';

const SSRC = 1;

/** A frame whose samples all have this value, so that it can be recognised. */
function frameOf(value: number): Int16Array {
  return new Int16Array(FRAME_SAMPLES).fill(value);
}

class Stream {
  readonly buffer = new JitterBuffer();
  readonly start: number;

  constructor(start = 1000) {
    this.start = start;
  }

  /** Pushes the frames with these numbers; frame n carries the value n. */
  push(...numbers: number[]): string[] {
    return numbers.map((n) => this.buffer.push(SSRC, (this.start + n * FRAME_SAMPLES) >>> 0, frameOf(n)));
  }

  /** Pulls so many frames: the last sample and the outcome of each; the first ones are blended after a loss. */
  pull(count: number): [number, string][] {
    const frame = new Int16Array(FRAME_SAMPLES);
    return Array.from({ length: count }, () => {
      const outcome = this.buffer.pull(frame);
      return [frame.at(-1) ?? 0, outcome];
    });
  }
}

describe('the jitter buffer', () => {
  it('is idle until the first packet and plays from its target depth on', () => {
    const stream = new Stream();
    expect(stream.pull(1)).toEqual([[0, 'idle']]);
    stream.push(10);
    expect(stream.pull(1)).toEqual([[0, 'concealed']]);
    stream.push(11, 12);
    expect(stream.pull(3)).toEqual([
      [10, 'played'],
      [11, 'played'],
      [12, 'played'],
    ]);
  });

  it('plays a lone packet too', () => {
    const stream = new Stream();
    stream.push(10);
    expect(stream.pull(3).at(-1)).toEqual([10, 'played']);
  });

  it('puts packets back into order, also before it has begun to play', () => {
    const stream = new Stream();
    stream.push(11, 10, 13, 12);
    expect(stream.pull(4).map(([value]) => value)).toEqual([10, 11, 12, 13]);
  });

  it('makes up for a lost packet by the one before, fading, and counts it', () => {
    const stream = new Stream();
    stream.push(300, 301, 303);
    const pulled = stream.pull(4);
    expect(pulled[2]?.[1]).toBe('concealed');
    expect(pulled[2]?.[0]).toBeCloseTo(301 * 0.8, -1);
    expect(pulled[3]).toEqual([303, 'played']);
  });

  it('fades to silence within three frames when packets stop', () => {
    const stream = new Stream();
    stream.push(3000, 3001);
    const values = stream.pull(7).map(([value]) => value);
    expect(values.slice(0, 2)).toEqual([3000, 3001]);
    expect([values[2], values[3]].map((value) => Math.round((value ?? 0) / 100))).toEqual([24, 12]);
    expect(values[4]).toBeLessThan(100);
    expect(values.slice(5)).toEqual([0, 0]);
  });

  it('drops duplicates and packets that come after their time', () => {
    const stream = new Stream();
    stream.push(10, 11, 12);
    stream.pull(1);
    expect(stream.push(12, 10)).toEqual(['duplicate', 'late']);
    expect(stream.pull(2).map(([value]) => value)).toEqual([11, 12]);
  });

  it('plays on when a delayed burst arrives after it ran dry', () => {
    const stream = new Stream();
    stream.push(10, 11);
    stream.pull(4);
    stream.push(12, 13, 14);
    expect(stream.pull(3).map(([value]) => value)).toEqual([12, 13, 14]);
  });

  it('starts afresh with a new synchronisation source', () => {
    const stream = new Stream();
    stream.push(10, 11, 12);
    stream.pull(1);
    expect(stream.buffer.push(2, 77, frameOf(500))).toBe('resynchronised');
    stream.buffer.push(2, 77 + FRAME_SAMPLES, frameOf(501));
    expect(stream.pull(2)).toEqual([
      [500, 'played'],
      [501, 'played'],
    ]);
  });

  it('starts afresh after a big jump of the timestamp, either way', () => {
    const stream = new Stream();
    stream.push(1000, 1001);
    stream.pull(1);
    expect(stream.push(2000, 2001)).toEqual(['resynchronised', 'queued']);
    expect(stream.pull(2).map(([value]) => value)).toEqual([2000, 2001]);
    expect(stream.push(5, 6)).toEqual(['resynchronised', 'queued']);
    expect(stream.pull(2).map(([value]) => value)).toEqual([5, 6]);
  });

  it('does not notice the wrap of the timestamp', () => {
    const stream = new Stream(2 ** 32 - 2 * FRAME_SAMPLES);
    stream.push(0, 1, 2, 3, 4);
    expect(stream.pull(5)).toEqual([0, 1, 2, 3, 4].map((n) => [n, 'played']));
  });

  it('skips to the target delay when packets pile up', () => {
    const stream = new Stream();
    stream.push(...Array.from({ length: 30 }, (_, n) => n));
    expect(stream.buffer.depthSamples).toBeLessThanOrEqual(7 * FRAME_SAMPLES);
    const values = stream.pull(7).map(([value]) => value);
    expect(values).toContain(29);
  });

  it('joins packets of 10 ms and cuts packets of 40 ms into frames', () => {
    const short = new JitterBuffer();
    for (let n = 0; n < 4; n += 1) short.push(SSRC, n * 80, new Int16Array(80).fill(n));
    const frame = new Int16Array(FRAME_SAMPLES);
    expect(short.pull(frame)).toBe('played');
    expect([frame[79], frame[80]]).toEqual([0, 1]);
    const long = new JitterBuffer();
    long.push(
      SSRC,
      0,
      Int16Array.from({ length: 320 }, (_, i) => i),
    );
    long.pull(frame);
    long.pull(frame);
    expect(frame[0]).toBe(160);
  });

  it('treats the time of telephone-events as silence, not as loss', () => {
    const stream = new Stream();
    stream.push(10, 11);
    stream.pull(1);
    for (const ticks of [1, 2, 3]) stream.buffer.pushSilence(SSRC, stream.start + 12 * FRAME_SAMPLES, ticks * FRAME_SAMPLES);
    stream.push(15);
    expect(stream.pull(5)).toEqual([
      [11, 'played'],
      [0, 'played'],
      [0, 'played'],
      [0, 'played'],
      [15, 'played'],
    ]);
  });
});

/** Packets that arrive late by what `latenessMs` says, pulled every 20 ms. The party speaks, but for the packets `isSilent` names. */
class UnevenStream {
  readonly buffer = new JitterBuffer();
  readonly outcomes: string[] = [];
  readonly #latenessMs: (packet: number) => number;
  readonly #isSilent: (packet: number) => boolean;
  readonly #arrivals: { readonly packet: number; readonly atMs: number }[] = [];
  #tick = 0;

  constructor(latenessMs: (packet: number) => number, isSilent: (packet: number) => boolean = () => false) {
    this.#latenessMs = latenessMs;
    this.#isSilent = isSilent;
  }

  run(ticks: number): string[] {
    const before = this.outcomes.length;
    const frame = new Int16Array(FRAME_SAMPLES);
    for (const last = this.#tick + ticks; this.#tick < last; this.#tick += 1) {
      const nowMs = this.#tick * 20 + 10;
      this.#arrivals.push({ packet: this.#tick, atMs: this.#tick * 20 + this.#latenessMs(this.#tick) });
      this.#arrivals.sort((a, b) => a.atMs - b.atMs);
      while (this.#arrivals[0] && this.#arrivals[0].atMs <= nowMs) this.#arrive(this.#arrivals.shift());
      this.outcomes.push(this.buffer.pull(frame, 100));
    }
    return this.outcomes.slice(before);
  }

  #arrive(arrival: { readonly packet: number; readonly atMs: number } | undefined): void {
    if (!arrival) return;
    const level = this.#isSilent(arrival.packet) ? 3 : 5000;
    this.buffer.push(SSRC, arrival.packet * FRAME_SAMPLES, frameOf(level), arrival.atMs);
  }
}

function concealed(outcomes: readonly string[]): number {
  return outcomes.filter((outcome) => outcome === 'concealed').length;
}

describe('the jitter buffer on an uneven network', () => {
  it('loses nothing any more once it has seen 60 ms of jitter', () => {
    const stream = new UnevenStream((n) => (n * 37) % 61);
    const [learning, after] = [stream.run(50), stream.run(1000)];
    expect(concealed(learning)).toBeGreaterThan(0);
    expect(concealed(after)).toBe(0);
    expect(stream.buffer.counts.packetsLate).toBeLessThan(5);
  });

  it('gives the delay back in silence once the network is calm, by leaving silent frames out', () => {
    const stream = new UnevenStream(
      (n) => (n < 200 ? (n * 37) % 61 : 0),
      (n) => n % 50 > 40,
    );
    stream.run(200);
    const deep = stream.buffer.targetFrames;
    const after = stream.run(2000);
    expect(deep).toBeGreaterThanOrEqual(4);
    expect(stream.buffer.targetFrames).toBeLessThanOrEqual(2);
    expect(stream.buffer.depthSamples).toBeLessThanOrEqual(2 * FRAME_SAMPLES);
    expect(stream.buffer.counts.framesDropped).toBeGreaterThan(1);
    expect(concealed(after)).toBe(0);
  });

  it('leaves speech alone while it gives delay back', () => {
    const stream = new UnevenStream((n) => (n < 200 ? (n * 37) % 61 : 0));
    stream.run(1500);
    expect(stream.buffer.counts.framesDropped).toBe(0);
  });

  it('adds delay in silence when packets come late without running dry', () => {
    const stream = new UnevenStream(
      (n) => (n > 100 && n % 25 === 0 ? 55 : 0),
      (n) => n % 50 > 40,
    );
    stream.run(400);
    expect(stream.buffer.counts.framesInserted).toBeGreaterThan(0);
    expect(concealed(stream.run(600))).toBe(0);
  });

  it('does not take packets that waited for us as unevenness of the network', () => {
    const buffer = new JitterBuffer();
    for (let n = 0; n < 50; n += 1) buffer.push(SSRC, n * FRAME_SAMPLES, frameOf(1), n === 20 ? null : n * 20);
    expect(buffer.targetFrames).toBe(2);
  });
});
