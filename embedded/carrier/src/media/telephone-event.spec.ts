import { EventReceiver, eventFrames } from './telephone-event.ts';

/** Packets as a sender with these frames would put them on the wire, from this timestamp on. */
function packetsOf(keys: string, start = 0, ssrc = 1): { ssrc: number; timestamp: number; payload: Uint8Array }[] {
  let timestamp = start;
  return [...eventFrames(keys)].flatMap((frame, index) => {
    if (frame?.marker) timestamp = (start + index * 160) >>> 0;
    return frame ? [{ ssrc, timestamp, payload: frame.payload }] : [];
  });
}

function receive(packets: ReturnType<typeof packetsOf>, receiver = new EventReceiver()): string {
  return packets.map((packet) => receiver.receive(packet) ?? '').join('');
}

describe('telephone events', () => {
  it('arrive as the keys that were sent', () => {
    expect(receive(packetsOf('0123456789*#ABCD'))).toBe('0123456789*#ABCD');
  });

  it('tell a key pressed twice from a packet sent twice', () => {
    const once = packetsOf('7');
    expect(receive([...once, ...once])).toBe('7');
    expect(receive(packetsOf('77'))).toBe('77');
  });

  it('arrive once although packets are lost or late', () => {
    const packets = packetsOf('12');
    expect(receive(packets.filter((_, index) => index % 3 === 2))).toBe('12');
    expect(receive([...packets.slice(1), ...packets.slice(0, 1)])).toBe('12');
  });

  it('arrive across the wrap of the timestamp and from a new source', () => {
    expect(receive(packetsOf('12', 2 ** 32 - 400))).toBe('12');
    const receiver = new EventReceiver();
    expect(receive(packetsOf('1', 90_000, 1), receiver) + receive(packetsOf('2', 0, 2), receiver)).toBe('12');
  });

  it('that are no keys, or cut short, are not heard', () => {
    const receiver = new EventReceiver();
    expect(receiver.receive({ ssrc: 1, timestamp: 0, payload: Uint8Array.of(16, 0, 0, 160) })).toBeNull();
    expect(receiver.receive({ ssrc: 1, timestamp: 160, payload: Uint8Array.of(1, 0) })).toBeNull();
  });

  it('last 100 ms with 100 ms between and end three times', () => {
    const frames = [...eventFrames('55')];
    expect(frames.length).toBe(20);
    const [first] = frames;
    expect(first?.marker).toBeTrue();
    const ends = frames.slice(0, 10).filter((frame) => frame && (frame.payload[1] ?? 0) & 0x80);
    expect(ends.map((frame) => [...(frame?.payload ?? [])])).toEqual([
      [5, 0x8a, 800 >> 8, 800 & 0xff],
      [5, 0x8a, 800 >> 8, 800 & 0xff],
      [5, 0x8a, 800 >> 8, 800 & 0xff],
    ]);
    expect(frames.slice(7, 10)).toEqual([null, null, null]);
  });

  it('of an unknown key are refused', () => {
    expect(() => [...eventFrames('E')]).toThrowError('a key is one of 0-9 * # A-D');
  });
});
