import { FramePacer } from './frame-pacer.ts';

describe('pacing of frames', () => {
  it('sends one frame every 20 ms, the first at once', () => {
    const pacer = new FramePacer(1000);
    expect(pacer.take(1000)).toEqual({ send: 1, skip: 0 });
    expect(pacer.take(1019)).toEqual({ send: 0, skip: 0 });
    expect(pacer.take(1020)).toEqual({ send: 1, skip: 0 });
    expect(pacer.nextMs).toBe(1040);
  });

  it('does not drift when every timer comes late', () => {
    const pacer = new FramePacer(0);
    let sent = 0;
    for (let tick = 0; tick < 50 * 60; tick += 1) sent += pacer.take(pacer.nextMs + 7.3).send;
    expect(sent).toBe(3000);
    expect(pacer.nextMs).toBe(60_000);
  });

  it('catches up after a short delay', () => {
    const pacer = new FramePacer(0);
    pacer.take(0);
    expect(pacer.take(100)).toEqual({ send: 5, skip: 0 });
  });

  it('skips what a long delay made useless', () => {
    const pacer = new FramePacer(0);
    pacer.take(0);
    expect(pacer.take(2000)).toEqual({ send: 1, skip: 99 });
    expect(pacer.take(2020)).toEqual({ send: 1, skip: 0 });
  });
});
