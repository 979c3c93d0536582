import { MU_LAW_SILENCE, decodeMuLaw, encodeFloats, encodeMuLaw } from './g711.ts';

describe('G.711 µ-law', () => {
  it('gives every code back after decoding and encoding, but for the second zero', () => {
    for (let code = 0; code < 256; code += 1) {
      const expected = code === 0x7f ? 0xff : code;
      expect(encodeMuLaw(decodeMuLaw(code)))
        .withContext(`code ${code}`)
        .toBe(expected);
    }
  });

  it('meets the end points of table 2a of G.711, scaled from 14 to 16 bits', () => {
    expect(decodeMuLaw(0x80)).toBe(8031 * 4);
    expect(decodeMuLaw(0x00)).toBe(-8031 * 4);
    expect(decodeMuLaw(0xff)).toBe(0);
    expect(decodeMuLaw(0xfe)).toBe(2 * 4);
    expect(decodeMuLaw(0x8f)).toBe(4191 * 4);
  });

  it('stays within half a quantising step of the sample', () => {
    for (let sample = -32_000; sample <= 32_000; sample += 37) {
      const step = 8 * 2 ** Math.max(0, Math.floor(Math.log2(Math.abs(sample) + 132)) - 7);
      expect(Math.abs(decodeMuLaw(encodeMuLaw(sample)) - sample))
        .withContext(`sample ${sample}`)
        .toBeLessThanOrEqual(step / 2);
    }
  });

  it('clips what is too loud instead of wrapping', () => {
    expect(encodeMuLaw(40_000)).toBe(0x80);
    expect(encodeMuLaw(-40_000)).toBe(0x00);
    expect([...encodeFloats(Float32Array.of(0, 2, -2))]).toEqual([MU_LAW_SILENCE, 0x80, 0x00]);
  });
});
