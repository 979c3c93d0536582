import { Buffer } from 'node:buffer';
import { LIMITS } from '../message/parser.ts';
import { StreamFraming } from './stream-framing.ts';

const message = (body: string): string => `MESSAGE sip:a@b SIP/2.0\r\nl: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('Stream framing', () => {
  it('finds messages however the stream is cut', () => {
    const stream = Buffer.from(`\r\n${message('一二三')}\r\n\r\n${message('')}${message('x\r\n\r\ny')}`);
    for (const size of [1, 2, 3, 7, 50, 1_000]) {
      const framing = new StreamFraming();
      const bodies: string[] = [];
      for (let at = 0; at < stream.length; at += size) {
        for (const event of framing.push(stream.subarray(at, at + size))) {
          if (event.kind === 'message') bodies.push(event.bytes.toString().split('\r\n\r\n').slice(1).join('\r\n\r\n'));
        }
      }
      expect(bodies).withContext(`${size} bytes at a time`).toEqual(['一二三', '', 'x\r\n\r\ny']);
    }
  });

  it('hears a ping between messages, whole or in halves', () => {
    expect(new StreamFraming().push(Buffer.from('\r\n\r\n'))).toEqual([{ kind: 'ping' }]);
    const framing = new StreamFraming();
    expect(framing.push(Buffer.from('\r\n'))).toEqual([]);
    expect(framing.push(Buffer.from('\r\n'))).toEqual([{ kind: 'ping' }]);
  });

  it('gives up on a stream without Content-Length, with a huge one, or with an endless head', () => {
    const kinds = (text: string): string[] => new StreamFraming().push(Buffer.from(text)).map((event) => event.kind);
    expect(kinds('MESSAGE sip:a@b SIP/2.0\r\n\r\n')).toEqual(['fault']);
    expect(kinds('MESSAGE sip:a@b SIP/2.0\r\nContent-Length: 9999999\r\n\r\n')).toEqual(['fault']);
    expect(kinds('a'.repeat(LIMITS.messageBytes + 1))).toEqual(['fault']);
  });

  it('follows a folded Content-Length, and gives up on two that differ', () => {
    const kinds = (text: string): string[] => new StreamFraming().push(Buffer.from(text)).map((event) => event.kind);
    expect(kinds('MESSAGE sip:a@b SIP/2.0\r\nContent-Length   :\r\n  2\r\n\r\nok')).toEqual(['message']);
    expect(kinds('MESSAGE sip:a@b SIP/2.0\r\nl: 2\r\nContent-Length: 2\r\n\r\nok')).toEqual(['message']);
    expect(kinds('MESSAGE sip:a@b SIP/2.0\r\nl: 2\r\nContent-Length: 0\r\n\r\nok')).toEqual(['fault']);
  });
});
