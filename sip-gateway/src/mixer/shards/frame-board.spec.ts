import { FRAME_SAMPLES } from '../frame.ts';
import { ForeignLeg } from './foreign-leg.ts';
import { FrameBoard } from './frame-board.ts';

const frameOf = (value: number): Int16Array => new Int16Array(FRAME_SAMPLES).fill(value);

describe('the board of frames', () => {
  it('shows another thread what a leg said in a tick, and whether it was complete', () => {
    const board = FrameBoard.allocate(3);
    const other = new FrameBoard(board.buffer);
    board.publish(2, { tick: 7, frame: frameOf(70), isPlayed: true, packets: 5 });
    board.publish(2, { tick: 8, frame: frameOf(80), isPlayed: false, packets: 6 });
    const frame = frameOf(1);
    expect([other.read(2, 7, frame)?.isPlayed, frame[159]]).toEqual([true, 70]);
    expect([other.read(2, 8, frame)?.isPlayed, frame[0]]).toEqual([false, 80]);
    expect(other.packets(2)).toBe(6);
  });

  it('is silent about a tick that is not there yet, that is long past, or of another slot', () => {
    const board = FrameBoard.allocate(2);
    for (let tick = 0; tick < 10; tick += 1) board.publish(0, { tick, frame: frameOf(tick), isPlayed: true, packets: 0 });
    for (const [slot, tick] of [
      [0, 10],
      [0, 5],
      [1, 9],
    ] as const) {
      const frame = frameOf(99);
      expect(board.read(slot, tick, frame)).toBeNull();
      expect(frame).toEqual(frameOf(0));
    }
  });

  it('forgets the last leg of a slot', () => {
    const board = FrameBoard.allocate(1);
    board.publish(0, { tick: 3, frame: frameOf(3), isPlayed: true, packets: 9 });
    board.clear(0);
    expect([board.read(0, 3, frameOf(0)), board.packets(0)]).toEqual([null, 0]);
  });

  it('lets a leg of another thread be heard one tick later', () => {
    const board = FrameBoard.allocate(1);
    const leg = new ForeignLeg('a', 0, board);
    board.publish(0, { tick: 20, frame: frameOf(5), isPlayed: true, packets: 1 });
    leg.pullFrame(20);
    expect([leg.frame[0], leg.isFramePlayed]).toEqual([0, false]);
    leg.pullFrame(21);
    expect([leg.frame[0], leg.isFramePlayed]).toEqual([5, true]);
  });
});
