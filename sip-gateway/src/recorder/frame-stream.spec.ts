import { FRAME_SAMPLES } from '../mixer/frame.ts';
import { AckReader, decodeBody, encodeAck, encodeMessage, FrameStreamReader } from './frame-stream.ts';
import type { FrameMessage, RawMessage } from './frame-stream.ts';

const ramp = Int16Array.from({ length: FRAME_SAMPLES }, (_, i) => i - 80);
const messages: FrameMessage[] = [
  { kind: 'start', recording: 4_000_000_000, sequence: 0, tick: 0, names: ['agent', 'third-party-1'], atMs: 1_000 },
  {
    kind: 'frame',
    recording: 4_000_000_000,
    sequence: 1,
    tick: 0,
    channels: [
      { state: 'absent', samples: new Int16Array(FRAME_SAMPLES) },
      { state: 'played', samples: ramp },
      { state: 'concealed', samples: new Int16Array(FRAME_SAMPLES).fill(-32_768) },
    ],
  },
  { kind: 'gap', recording: 1, sequence: 7, tick: 1, ticks: 300 },
  { kind: 'note', recording: 1, sequence: 8, tick: 301, note: { note: 'pause', reason: 'account-number' } },
  { kind: 'end', recording: 1, sequence: 9, tick: 301 },
];
const bytes = Buffer.concat(messages.map((message) => encodeMessage(message, message)));

function decode(raw: RawMessage): FrameMessage {
  const { recording, sequence, tick } = raw;
  return { recording, sequence, tick, ...decodeBody(raw) };
}

describe('the frame stream', () => {
  it('gives the messages back, however the stream was cut', () => {
    for (const size of [1, 3, 100, bytes.length]) {
      const reader = new FrameStreamReader();
      const read: FrameMessage[] = [];
      for (let at = 0; at < bytes.length; at += size) read.push(...reader.read(bytes.subarray(at, at + size)).map(decode));
      expect(read).toEqual(messages);
    }
  });

  it('spends no octets on the samples of a party that is absent', () => {
    const head = { recording: 1, sequence: 1, tick: 0 };
    const absent = encodeMessage(head, { kind: 'frame', channels: [{ state: 'absent', samples: ramp }] });
    const spoken = encodeMessage(head, { kind: 'frame', channels: [{ state: 'played', samples: ramp }] });
    expect(spoken.length - absent.length).toBe(FRAME_SAMPLES * 2);
  });

  it('refuses a length, a kind or a body that cannot be', () => {
    const tooLong = Buffer.from([0x7f, 0, 0, 0]);
    expect(() => new FrameStreamReader().read(tooLong)).toThrowError(RangeError);
    const end = encodeMessage({ recording: 1, sequence: 1, tick: 1 }, { kind: 'end' });
    end.writeUInt8(9, 4);
    expect(() => new FrameStreamReader().read(end)).toThrowError(RangeError);
    const noBody = encodeMessage({ recording: 1, sequence: 1, tick: 1 }, { kind: 'end' });
    noBody.writeUInt8(2, 4);
    expect(() => new FrameStreamReader().read(noBody).map(decodeBody)).toThrowError(RangeError);
  });

  it('carries acknowledgements the other way, however they were cut', () => {
    const acks = Buffer.concat([encodeAck(1, 2), encodeAck(4_000_000_000, 3)]);
    const reader = new AckReader();
    const read = [...acks].flatMap((octet) => reader.read(Buffer.from([octet])));
    expect(read).toEqual([
      { recording: 1, sequence: 2 },
      { recording: 4_000_000_000, sequence: 3 },
    ]);
  });
});
