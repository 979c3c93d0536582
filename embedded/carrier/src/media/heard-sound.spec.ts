import { FRAME_SAMPLES } from './g711.ts';
import { tone } from './frame-source.ts';
import { HeardSound } from './heard-sound.ts';

interface Sent {
  readonly ssrc: number;
  readonly timestamp: number;
  readonly payload: Uint8Array;
  readonly atMs: number;
}

function packets(seconds: number, { start = 0, ssrc = 1, atMs = 0 } = {}): Sent[] {
  return [...tone(1000, -12, seconds * 1000)].map((payload, index) => ({
    ssrc,
    timestamp: (start + index * FRAME_SAMPLES) >>> 0,
    payload,
    atMs: atMs + index * 20,
  }));
}

function hear(sent: readonly Sent[]): HeardSound {
  const heard = new HeardSound();
  for (const packet of sent) heard.add(packet, packet.atMs);
  return heard;
}

describe('what a resident heard', () => {
  it('is measured over the last second', () => {
    const levels = hear(packets(3)).measure(3000, [1000, 440]);
    expect(levels.dbfs['1000']).toBeCloseTo(-12, 0);
    expect(levels.dbfs['440']).toBeLessThan(-60);
    expect(levels.rmsDbfs).toBeCloseTo(-12, 0);
    expect(levels.seconds).toBe(1);
  });

  it('is silence once nothing has come for a second', () => {
    const levels = hear(packets(3)).measure(4300, [1000]);
    expect(levels.dbfs['1000']).toBe(-100);
    expect(levels.seconds).toBe(0);
  });

  it('counts a pause within the second as silence', () => {
    const levels = hear(packets(3)).measure(3000 + 680, [1000]);
    expect(levels.seconds).toBeCloseTo(0.5, 1);
    expect(levels.dbfs['1000']).toBeCloseTo(-18, 0);
  });

  it('has silence where packets were lost, and sound where they only came out of order', () => {
    const sent = packets(2);
    const lossy = hear(sent.filter((_, index) => index % 2 === 0)).measure(2000, [1000]);
    expect(lossy.seconds).toBeCloseTo(0.5, 1);
    const swapped = sent.map((_, index) => sent[index ^ 1]).filter((packet) => packet !== undefined);
    const levels = hear(swapped).measure(2000, [1000]);
    expect(levels.seconds).toBe(1);
    expect(levels.dbfs['1000']).toBeCloseTo(-12, 0);
  });

  it('goes on across the wrap of the timestamp', () => {
    const levels = hear(packets(2, { start: 2 ** 32 - 12_000 })).measure(2000, [1000]);
    expect(levels.seconds).toBe(1);
    expect(levels.dbfs['1000']).toBeCloseTo(-12, 0);
  });

  it('goes on when the stream is replaced by another', () => {
    const heard = hear([...packets(2), ...packets(1.5, { ssrc: 2, start: 777_777, atMs: 2000 })]);
    const levels = heard.measure(3500, [1000]);
    expect(levels.seconds).toBe(1);
    expect(levels.dbfs['1000']).toBeCloseTo(-12, 0);
  });

  it('is silence before anything came', () => {
    expect(new HeardSound().measure(5000, [1000])).toEqual({ dbfs: { '1000': -100 }, rmsDbfs: -100, seconds: 0 });
  });
});
