import { decodeWavHeader, encodeWavHeader, WAV_HEADER_BYTES } from './wav-header.ts';

describe('the WAVE header', () => {
  it('describes 16-bit linear PCM of so many channels, octet by octet', () => {
    const header = encodeWavHeader({ channels: 2, sampleRate: 8000 }, 64_000);
    expect(header.toString('hex')).toBe(
      [
        '52494646',
        '24fa0000',
        '57415645',
        '666d7420',
        '10000000',
        '0100',
        '0200',
        '401f0000',
        '007d0000',
        '0400',
        '1000',
        '64617461',
        '00fa0000',
      ].join(''),
    );
  });

  it('is read back', () => {
    const header = encodeWavHeader({ channels: 3, sampleRate: 8000 }, 960);
    expect(decodeWavHeader(header)).toEqual({ channels: 3, sampleRate: 8000, dataBytes: 960 });
  });

  it('is refused when it is something else or cut short', () => {
    const header = encodeWavHeader({ channels: 2, sampleRate: 8000 }, 0);
    expect(decodeWavHeader(header.subarray(0, WAV_HEADER_BYTES - 1))).toBeNull();
    for (const octet of [0x00, 0x07, 0xff]) expect(decodeWavHeader(Buffer.alloc(WAV_HEADER_BYTES, octet))).toBeNull();
    const float = Buffer.from(header);
    float.writeUInt16LE(3, 20);
    expect(decodeWavHeader(float)).toBeNull();
  });
});
