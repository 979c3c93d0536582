import { parseRtp, RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packet.ts';

function aPacket(payload = [1, 2, 3], flags = 0x80): Buffer {
  const packet = Buffer.concat([Buffer.alloc(RTP_HEADER_BYTES), Buffer.from(payload)]);
  writeRtpHeader(packet, { payloadType: 0, marker: true, sequenceNumber: 0xfffe, timestamp: 0xffff_ff00, ssrc: 0xdead_beef });
  packet.writeUInt8(flags, 0);
  return packet;
}

describe('an RTP packet', () => {
  it('is read as it was written', () => {
    expect(parseRtp(aPacket())).toEqual({
      payloadType: 0,
      marker: true,
      sequenceNumber: 0xfffe,
      timestamp: 0xffff_ff00,
      ssrc: 0xdead_beef,
      payload: Buffer.from([1, 2, 3]),
    });
  });

  it('gives its payload without contributing sources, extension and padding', () => {
    const csrc = [9, 9, 9, 9];
    const extension = [0xbe, 0xde, 0, 1, 7, 7, 7, 7];
    expect(parseRtp(aPacket([...csrc, ...extension, 5, 6, 0, 0, 3], 0x80 | 0x20 | 0x10 | 1))?.payload).toEqual(
      Buffer.from([5, 6]),
    );
  });

  it('is refused when a length in it points outside, or its version is another', () => {
    expect(parseRtp(aPacket([], 0x8f))).toBeNull();
    expect(parseRtp(aPacket([0, 0, 0xff, 0xff], 0x90))).toBeNull();
    expect(parseRtp(aPacket([0, 0], 0x90))).toBeNull();
    expect(parseRtp(aPacket([200], 0xa0))).toBeNull();
    expect(parseRtp(aPacket([0], 0xa0))).toBeNull();
    expect(parseRtp(aPacket([1], 0x40))).toBeNull();
    expect(parseRtp(Buffer.alloc(11, 0x80))).toBeNull();
  });

  it('is not mistaken for RTCP on the same port', () => {
    const senderReport = Buffer.alloc(28);
    senderReport.writeUInt16BE(0x80c8, 0);
    expect(parseRtp(senderReport)).toBeNull();
  });

  it('of random octets never throws', () => {
    let seed = 7;
    for (let round = 0; round < 2000; round += 1) {
      const bytes = Buffer.alloc(round % 64);
      for (let i = 0; i < bytes.length; i += 1) {
        seed = (seed * 1_103_515_245 + 12_345) >>> 0;
        bytes[i] = seed >>> 24;
      }
      expect(() => parseRtp(bytes)).not.toThrow();
    }
  });
});
