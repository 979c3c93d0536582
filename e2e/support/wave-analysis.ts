/** A recording as it came over HTTP: 16-bit PCM, one channel per party. */
export interface Recording {
  readonly sampleRate: number;
  readonly seconds: number;
  readonly channels: readonly Float64Array[];
}

/** Reads a RIFF/WAVE file of 16-bit PCM; throws on anything else. */
export function readWave(file: Buffer): Recording {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') throw new Error('not a WAVE file');
  let channelCount = 0;
  let sampleRate = 0;
  for (let offset = 12; offset + 8 <= file.length;) {
    const id = file.toString('latin1', offset, offset + 4);
    const size = file.readUInt32LE(offset + 4);
    const body = offset + 8;
    if (id === 'fmt ') {
      if (file.readUInt16LE(body) !== 1 || file.readUInt16LE(body + 14) !== 16) throw new Error('not 16-bit PCM');
      channelCount = file.readUInt16LE(body + 2);
      sampleRate = file.readUInt32LE(body + 4);
    }
    if (id === 'data') return deinterleave(file.subarray(body, body + size), channelCount, sampleRate);
    offset = body + size + (size % 2);
  }
  throw new Error('the WAVE file has no data');
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
