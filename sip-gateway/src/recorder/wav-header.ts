/** The 44 octets before the samples of a PCM WAVE file (RIFF, one fmt and one data chunk). */
export interface WavFormat {
  readonly channels: number;
  readonly sampleRate: number;
}

export const WAV_HEADER_BYTES = 44;
export const BYTES_PER_SAMPLE = 2;
const FORMAT_PCM = 1;
/** Far above what is ever written here; beyond it, a header is not ours and its sums would not fit their fields. */
const MAX_CHANNELS = 255;
const MAX_SAMPLE_RATE = 192_000;
/** RIFF sizes are 32 bits wide and count the header after their own field. */
export const MAX_WAV_DATA_BYTES = 0xffff_ffff - (WAV_HEADER_BYTES - 8);

/** Writes a header for 16-bit linear PCM with so many octets of samples. */
export function encodeWavHeader(format: WavFormat, dataBytes: number): Buffer {
  const blockBytes = format.channels * BYTES_PER_SAMPLE;
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(WAV_HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(FORMAT_PCM, 20);
  header.writeUInt16LE(format.channels, 22);
  header.writeUInt32LE(format.sampleRate, 24);
  header.writeUInt32LE(format.sampleRate * blockBytes, 28);
  header.writeUInt16LE(blockBytes, 32);
  header.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** Reads a header written by `encodeWavHeader`; null when it is anything else. */
export function decodeWavHeader(header: Buffer): (WavFormat & { readonly dataBytes: number }) | null {
  if (header.length < WAV_HEADER_BYTES) return null;
  const format = { channels: header.readUInt16LE(22), sampleRate: header.readUInt32LE(24) };
  if (format.channels === 0 || format.channels > MAX_CHANNELS || format.sampleRate > MAX_SAMPLE_RATE) return null;
  const dataBytes = header.readUInt32LE(40);
  const expected = encodeWavHeader(format, 0);
  const isOurs = [
    [0, 4],
    [8, 40],
  ].every(([start, end]) => expected.subarray(start, end).equals(header.subarray(start, end)));
  return isOurs ? { ...format, dataBytes } : null;
}
