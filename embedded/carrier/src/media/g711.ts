/** G.711 µ-law (ITU-T G.711 §3, RFC 3551 §4.5.14): 8000 samples a second, one byte each. */
export const SAMPLE_RATE = 8000;
/** Samples in one packet of 20 ms. */
export const FRAME_SAMPLES = 160;
/** The code for zero. */
export const MU_LAW_SILENCE = 0xff;

const BIAS = 132;
const LARGEST_MAGNITUDE = 32635;

/** Encodes one 16-bit linear sample. */
export function encodeMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const biased = Math.min(Math.abs(sample), LARGEST_MAGNITUDE) + BIAS;
  const segment = 24 - Math.clz32(biased);
  const interval = (biased >> (segment + 3)) & 0x0f;
  return ~(sign | (segment << 4) | interval) & 0xff;
}

const LINEAR = Int16Array.from({ length: 256 }, (_, code) => {
  const inverted = ~code & 0xff;
  const segment = (inverted >> 4) & 0x07;
  const magnitude = ((((inverted & 0x0f) << 3) + BIAS) << segment) - BIAS;
  return inverted & 0x80 ? -magnitude : magnitude;
});

/** Decodes one µ-law byte to a 16-bit linear sample. */
export function decodeMuLaw(code: number): number {
  return LINEAR[code & 0xff] ?? 0;
}

/** Encodes linear samples in [-1, 1]; louder ones are clipped. */
export function encodeFloats(samples: Float32Array): Uint8Array {
  const encoded = new Uint8Array(samples.length);
  for (let index = 0; index < samples.length; index += 1) {
    const clipped = Math.max(-1, Math.min(1, samples[index] ?? 0));
    encoded[index] = encodeMuLaw(Math.round(clipped * 32767));
  }
  return encoded;
}
