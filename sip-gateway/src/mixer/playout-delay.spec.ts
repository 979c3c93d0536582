import { FRAME_SAMPLES } from './frame.ts';
import { PlayoutDelay } from './playout-delay.ts';

const START = 2 ** 32 - 5 * FRAME_SAMPLES;

/** A stream that begins shortly before the wrap of its timestamp, each packet late by what `latenessMs` says. */
function aStream(latenessMs: (packet: number) => number, packets: number): PlayoutDelay {
  const delay = new PlayoutDelay();
  delay.reset(START);
  for (let n = 0; n < packets; n += 1) delay.note((START + n * FRAME_SAMPLES) >>> 0, n * 20 + latenessMs(n));
  return delay;
}

describe('the playout delay', () => {
  it('begins with two frames', () => {
    expect(new PlayoutDelay().targetFrames).toBe(2);
  });

  it('grows with the very packet that is late, to what that needs', () => {
    expect(aStream((n) => (n === 50 ? 35 : 0), 51).targetFrames).toBe(3);
    expect(aStream((n) => (n === 50 ? 60 : 0), 51).targetFrames).toBe(4);
  });

  it('never exceeds eight frames', () => {
    expect(aStream((n) => (n === 50 ? 700 : 0), 51).targetFrames).toBe(8);
  });

  it('stays grown while the lateness goes on, and shrinks by one frame each 2 s once 10 s were calm', () => {
    const late = (n: number): number => (n % 100 === 50 ? 60 : 0);
    expect(aStream(late, 1000).targetFrames).toBe(4);
    const calmSince = (seconds: number): number => aStream((n) => (n < 100 ? late(n) : 0), 100 + seconds * 50).targetFrames;
    expect([8, 11, 13, 30].map(calmSince)).toEqual([4, 3, 2, 1]);
  });

  it('follows a sender whose clock is slow or fast', () => {
    for (const drift of [0.0002, -0.0002]) expect(aStream((n) => n * 20 * drift, 50 * 120).targetFrames).toBeLessThanOrEqual(2);
  });

  it('does not go down to one frame again after that was too little', () => {
    const delay = aStream(() => 0, 1000);
    expect(delay.targetFrames).toBe(1);
    delay.noteUnderrun();
    for (let n = 1000; n < 2000; n += 1) delay.note((START + n * FRAME_SAMPLES) >>> 0, n * 20);
    expect(delay.targetFrames).toBe(2);
  });
});
