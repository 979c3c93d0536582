import { ALAW_SILENCE, decodeG711, encodeG711, MULAW_SILENCE, PCMA, PCMU } from './g711.ts';

const allCodes = Uint8Array.from({ length: 256 }, (_, code) => code);
/** The second zero of µ-law: decodes to 0, which is encoded as the first. */
const NEGATIVE_ZERO = 0x7f;

describe('G.711', () => {
  it('gives every µ-law code back after decoding and encoding', () => {
    const samples = new Int16Array(256);
    const codes = new Uint8Array(256);
    decodeG711(PCMU, allCodes, samples);
    encodeG711(PCMU, samples, codes);
    for (const code of allCodes) expect(codes[code]).toBe(code === NEGATIVE_ZERO ? MULAW_SILENCE : code);
  });

  it('gives every A-law code back after decoding and encoding', () => {
    const samples = new Int16Array(256);
    const codes = new Uint8Array(256);
    decodeG711(PCMA, allCodes, samples);
    encodeG711(PCMA, samples, codes);
    expect([...codes]).toEqual([...allCodes]);
    encodeG711(PCMA, [0], codes);
    expect(codes[0]).toBe(ALAW_SILENCE);
  });

  it('decodes µ-law symmetrically about zero, from silence to ±32124', () => {
    const samples = new Int16Array(256);
    decodeG711(PCMU, allCodes, samples);
    for (let code = 0; code < 128; code += 1) expect((samples[code] ?? 1) + (samples[code + 128] ?? 1)).toBe(0);
    expect(samples[MULAW_SILENCE]).toBe(0);
    expect([samples[0x00], samples[0x80]]).toEqual([-32_124, 32_124]);
  });

  it('decodes A-law as the tables of G.711 do', () => {
    const samples = new Int16Array(256);
    decodeG711(PCMA, allCodes, samples);
    expect([samples[0xd5], samples[0x55], samples[0xaa], samples[0x2a], samples[0x80]]).toEqual([8, -8, 32_256, -32_256, 5504]);
    for (let code = 0; code < 128; code += 1) expect((samples[code] ?? 1) + (samples[code + 128] ?? 1)).toBe(0);
  });

  it('never errs by more than half a quantisation step', () => {
    const codes = new Uint8Array(1);
    const back = new Int16Array(1);
    for (let sample = -32_000; sample <= 32_000; sample += 7) {
      encodeG711(PCMU, [sample], codes);
      decodeG711(PCMU, codes, back);
      const step = 8 * 2 ** Math.floor(Math.log2((Math.abs(sample) + 132) / 128));
      expect(Math.abs((back[0] ?? 0) - sample)).toBeLessThanOrEqual(step / 2);
    }
  });

  it('never errs by more than half a step in A-law either', () => {
    const codes = new Uint8Array(1);
    const back = new Int16Array(1);
    for (let sample = -32_000; sample <= 32_000; sample += 7) {
      encodeG711(PCMA, [sample], codes);
      decodeG711(PCMA, codes, back);
      const step = 8 * 2 ** Math.max(1, Math.floor(Math.log2((Math.abs(sample) + 1) / 128)));
      expect(Math.abs((back[0] ?? 0) - sample)).toBeLessThanOrEqual(step / 2 + 1);
    }
  });

  it('saturates what does not fit in 16 bits', () => {
    const codes = new Uint8Array(2);
    encodeG711(PCMU, [70_000, -70_000], codes);
    expect([...codes]).toEqual([0x80, 0x00]);
  });
});
