import { readRtp, writeRtp } from './rtp-packet.ts';

const PACKET = {
  payloadType: 101,
  marker: true,
  sequence: 65_535,
  timestamp: 4_294_967_295,
  ssrc: 0xdeadbeef,
  payload: Uint8Array.of(1, 2, 3),
};

describe('an RTP packet of a resident', () => {
  it('is read as it was written', () => {
    const read = readRtp(writeRtp(PACKET));
    expect(read && { ...read, payload: [...read.payload] }).toEqual({ ...PACKET, payload: [1, 2, 3] } as never);
  });

  it('counts its numbers on past their last value', () => {
    const read = readRtp(writeRtp({ ...PACKET, sequence: 65_536, timestamp: 2 ** 32 + 5 }));
    expect(read?.sequence).toBe(0);
    expect(read?.timestamp).toBe(5);
  });

  it('is read without its contributing sources, header extension and padding', () => {
    const plain = writeRtp({ ...PACKET, payload: new Uint8Array(0) });
    const contributing = Buffer.alloc(4);
    const extension = Buffer.from([0xbe, 0xde, 0, 1, 9, 9, 9, 9]);
    const datagram = Buffer.concat([plain, contributing, extension, Buffer.from([7, 8, 0, 2])]);
    datagram[0] = 0x80 | 0x20 | 0x10 | 1;
    expect([...(readRtp(datagram)?.payload ?? [])]).toEqual([7, 8]);
  });

  it('that is malformed, of another version or RTCP is nothing', () => {
    const good = writeRtp(PACKET);
    const changed = (at: number, byte: number): Buffer => {
      const copy = Buffer.from(good);
      copy[at] = byte;
      return copy;
    };
    expect(readRtp(good.subarray(0, 11))).toBeNull();
    expect(readRtp(changed(0, 0x40))).toBeNull();
    expect(readRtp(changed(1, 200))).toBeNull();
    expect(readRtp(changed(0, 0x8f)))
      .withContext('sources beyond the end')
      .toBeNull();
    expect(readRtp(changed(0, 0x90)))
      .withContext('extension beyond the end')
      .toBeNull();
    const padded = changed(0, 0xa0);
    padded[padded.length - 1] = 200;
    expect(readRtp(padded)).withContext('padding beyond the start').toBeNull();
  });
});
