import { Buffer } from 'node:buffer';
import { encodeFrame, FrameReader } from './framing.ts';

describe('Control framing', () => {
  it('counts bytes, not characters, and survives any cut', () => {
    const stream = Buffer.concat([
      encodeFrame(Buffer.from('a|ping')),
      encodeFrame(Buffer.from('b|架電#1')),
      encodeFrame(Buffer.from('c')),
    ]);
    expect(stream.toString()).toBe('6#a|ping10#b|架電#11#c');
    for (const size of [1, 2, 5, 100]) {
      const reader = new FrameReader();
      const payloads: string[] = [];
      for (let at = 0; at < stream.length; at += size) {
        for (const payload of reader.push(stream.subarray(at, at + size)) ?? []) payloads.push(payload.toString());
      }
      expect(payloads).toEqual(['a|ping', 'b|架電#1', 'c']);
    }
  });

  it('gives up on a length that is missing, too long or not a number', () => {
    for (const text of ['#a', 'x1#a', '123456#a', '1x#a', '123456']) {
      expect(new FrameReader().push(Buffer.from(text)))
        .withContext(text)
        .toBeUndefined();
    }
    expect(new FrameReader().push(Buffer.from('12345'))).toEqual([]);
  });
});
