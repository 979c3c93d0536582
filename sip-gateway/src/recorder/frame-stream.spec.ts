import { FRAME_SAMPLES } from '../mixer/frame.ts';
import { encodeFrameMessage, FrameStreamReader } from './frame-stream.ts';
import type { FrameMessage } from './frame-stream.ts';

const messages: FrameMessage[] = [
  {
    kind: 'frame',
    recording: 4_000_000_000,
    tick: 0,
    channels: [
      { isPlayed: true, samples: Int16Array.from({ length: FRAME_SAMPLES }, (_, i) => i - 80) },
      { isPlayed: false, samples: new Int16Array(FRAME_SAMPLES).fill(-32_768) },
    ],
  },
  { kind: 'gap', recording: 1, tick: 1, ticks: 300 },
  { kind: 'end', recording: 1, tick: 301 },
];
const bytes = Buffer.concat(messages.map(encodeFrameMessage));

describe('the frame stream', () => {
  it('gives the messages back, however the stream was cut', () => {
    for (const size of [1, 3, 100, bytes.length]) {
      const reader = new FrameStreamReader();
      const read: FrameMessage[] = [];
      for (let at = 0; at < bytes.length; at += size) read.push(...reader.read(bytes.subarray(at, at + size)));
      expect(read).toEqual(messages);
    }
  });

  it('refuses a length, a kind or a body that cannot be', () => {
    const tooLong = Buffer.from([0x7f, 0, 0, 0]);
    expect(() => new FrameStreamReader().read(tooLong)).toThrowError(RangeError);
    const end = encodeFrameMessage({ kind: 'end', recording: 1, tick: 1 });
    end.writeUInt8(9, 4);
    expect(() => new FrameStreamReader().read(end)).toThrowError(RangeError);
    const noBody = encodeFrameMessage({ kind: 'end', recording: 1, tick: 1 });
    noBody.writeUInt8(2, 4);
    expect(() => new FrameStreamReader().read(noBody)).toThrowError(RangeError);
  });
});
