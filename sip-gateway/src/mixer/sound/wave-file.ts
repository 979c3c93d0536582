import { SAMPLE_RATE } from '../frame.ts';

const PCM = 1;
const CHUNK_HEADER_BYTES = 8;
const RIFF_HEADER_BYTES = 12;
const FORMAT_BYTES = 16;

/** The samples of a RIFF/WAVE file of 16 bit, one channel and 8 kHz; null when it is anything else. */
export function readWave(bytes: Buffer): Int16Array | null {
  if (
    bytes.length < RIFF_HEADER_BYTES ||
    bytes.toString('latin1', 0, 4) !== 'RIFF' ||
    bytes.toString('latin1', 8, 12) !== 'WAVE'
  ) {
    return null;
  }
  let isOurFormat = false;
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= bytes.length;) {
    const kind = bytes.toString('latin1', at, at + 4);
    const body = bytes.subarray(at + CHUNK_HEADER_BYTES, at + CHUNK_HEADER_BYTES + bytes.readUInt32LE(at + 4));
    if (kind === 'fmt ') isOurFormat = isSupported(body);
    if (kind === 'data') return isOurFormat ? readSamples(body) : null;
    // Chunks start at even offsets.
    at += CHUNK_HEADER_BYTES + body.length + (body.length % 2);
  }
  return null;
}

function isSupported(format: Buffer): boolean {
  if (format.length < FORMAT_BYTES) return false;
  const [kind, channels, rate, bits] = [
    format.readUInt16LE(0),
    format.readUInt16LE(2),
    format.readUInt32LE(4),
    format.readUInt16LE(14),
  ];
  return kind === PCM && channels === 1 && rate === SAMPLE_RATE && bits === 16;
}

/** Copies: the samples may stand at an odd address, and the machine may be big-endian. */
function readSamples(body: Buffer): Int16Array {
  return Int16Array.from({ length: Math.floor(body.length / 2) }, (_, i) => body.readInt16LE(i * 2));
}
