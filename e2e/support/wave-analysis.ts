import { execFileSync } from 'node:child_process';

/** A recording as it came over HTTP, decoded: one channel per party. */
export interface Recording {
  readonly sampleRate: number;
  readonly seconds: number;
  readonly channels: readonly Float64Array[];
}

const SAMPLE_RATE = 8_000;
/** RFC 7845 section 5.1: the number of channels stands after the magic and the version. */
const CHANNELS_AFTER_MAGIC = 9;

/** Decodes Opus in Ogg with ffmpeg; throws on anything else. */
export function readSound(file: Buffer): Recording {
  const magic = file.indexOf('OpusHead');
  if (file.toString('latin1', 0, 4) !== 'OggS' || magic === -1) throw new Error('not Opus in Ogg');
  const args = ['-hide_banner', '-loglevel', 'error', '-i', 'pipe:0', '-f', 's16le', '-ar', String(SAMPLE_RATE), 'pipe:1'];
  const samples = execFileSync('ffmpeg', args, { input: file, maxBuffer: 1 << 28 });
  return deinterleave(samples, file.readUInt8(magic + CHANNELS_AFTER_MAGIC), SAMPLE_RATE);
}

function deinterleave(data: Buffer, channelCount: number, sampleRate: number): Recording {
  const frames = Math.floor(data.length / 2 / channelCount);
  const channels = Array.from({ length: channelCount }, (_, channel) =>
    Float64Array.from({ length: frames }, (_unused, frame) => data.readInt16LE((frame * channelCount + channel) * 2) / 32_768),
  );
  return { sampleRate, seconds: frames / sampleRate, channels };
}

/** Level of one frequency in dBFS (a full-scale sine is 0), by Goertzel's algorithm; never below −120. */
export function levelOf(samples: Float64Array, hertz: number, sampleRate: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
  let previous = 0;
  let beforePrevious = 0;
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
  }
  const power = previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious;
  const amplitude = (2 * Math.sqrt(Math.max(power, 0))) / samples.length;
  return Math.max(-120, 20 * Math.log10(amplitude || Number.MIN_VALUE));
}
