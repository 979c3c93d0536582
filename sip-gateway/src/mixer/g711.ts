/** G.711 (ITU-T) at 8 kHz: 16-bit linear samples to and from one octet each. */
import type { Codec } from '../ports/mixer.port.ts';

/** RTP static payload types (RFC 3551 table 4). */
export const PCMU = 0;
export const PCMA = 8;
export type G711Type = typeof PCMU | typeof PCMA;
export const PAYLOAD_TYPES: Readonly<Record<Codec, G711Type>> = { PCMU, PCMA };

/** The µ-law octet of a zero sample. */
export const MULAW_SILENCE = 0xff;
/** The A-law octet of the smallest positive sample; A-law has no zero. */
export const ALAW_SILENCE = 0xd5;

const MULAW_BIAS = 0x84;
const MULAW_CLIP = 32_635;

const mulawToLinear = Int16Array.from({ length: 256 }, (_, code) => expandMulaw(code));
const alawToLinear = Int16Array.from({ length: 256 }, (_, code) => expandAlaw(code));
const linearToMulaw = Uint8Array.from({ length: 65_536 }, (_, index) => compressMulaw(index - 32_768));
const linearToAlaw = Uint8Array.from({ length: 65_536 }, (_, index) => compressAlaw(index - 32_768));

/** Sample by octet. */
export function expansionOf(payloadType: G711Type): Int16Array {
  return payloadType === PCMU ? mulawToLinear : alawToLinear;
}

/** Decodes G.711 octets into 16-bit samples; `samples` must be as long as `octets`. */
export function decodeG711(payloadType: G711Type, octets: Uint8Array, samples: Int16Array): void {
  const table = expansionOf(payloadType);
  for (let i = 0; i < octets.length; i += 1) samples[i] = table[octets[i] ?? 0] ?? 0;
}

/** Encodes samples into `octets` from `start` on, saturating what is outside 16 bits. */
export function encodeG711(payloadType: G711Type, samples: ArrayLike<number>, octets: Uint8Array, start = 0): void {
  const table = payloadType === PCMU ? linearToMulaw : linearToAlaw;
  for (let i = 0; i < samples.length; i += 1) {
    // Shifted into the table and rounded at once.
    const index = ((samples[i] ?? 0) + 32_768.5) | 0;
    octets[start + i] = table[index < 0 ? 0 : index > 65_535 ? 65_535 : index] ?? 0;
  }
}

function expandMulaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + MULAW_BIAS) << ((bits >> 4) & 7)) - MULAW_BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

function compressMulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), MULAW_CLIP) + MULAW_BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

function expandAlaw(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

/** Eight segments, the lowest two of the same step (ITU-T G.711 table 1a). */
function compressAlaw(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80;
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  const exponent = magnitude < 16 ? 0 : 28 - Math.clz32(magnitude);
  const mantissa = (magnitude >> Math.max(0, exponent - 1)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}
