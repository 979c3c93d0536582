/** Linear 16-bit mono sound. */
export interface Sound {
  readonly sampleRate: number;
  /** Amplitudes in [-1, 1]. */
  readonly samples: Float32Array;
}

const PCM = 1;

/**
 * Reads a RIFF/WAVE file of 16-bit mono PCM. A data chunk that promises more than the file holds is read to the end:
 * espeak-ng writes such a header when its output is a pipe.
 * @throws Error when the file is anything else
 */
export function readWav(file: Buffer): Sound {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error('not a WAV file');
  }
  let sampleRate: number | null = null;
  for (let offset = 12; offset + 8 <= file.length;) {
    const id = file.toString('latin1', offset, offset + 4);
    const size = file.readUInt32LE(offset + 4);
    const chunk = file.subarray(offset + 8, Math.min(offset + 8 + size, file.length));
    if (id === 'fmt ') sampleRate = readFormat(chunk);
    if (id === 'data') {
      if (sampleRate === null) throw new Error('the WAV file has no format before its data');
      return { sampleRate, samples: readSamples(chunk) };
    }
    // Chunks are padded to an even length.
    offset += 8 + size + (size % 2);
  }
  throw new Error('the WAV file has no data');
}

function readFormat(chunk: Buffer): number {
  if (chunk.length < 16) throw new Error('the format of the WAV file is cut short');
  const isSupported = chunk.readUInt16LE(0) === PCM && chunk.readUInt16LE(2) === 1 && chunk.readUInt16LE(14) === 16;
  if (!isSupported) throw new Error('only 16-bit mono PCM is supported');
  return chunk.readUInt32LE(4);
}

function readSamples(chunk: Buffer): Float32Array {
  const samples = new Float32Array(Math.floor(chunk.length / 2));
  for (let index = 0; index < samples.length; index += 1) samples[index] = chunk.readInt16LE(index * 2) / 32768;
  return samples;
}
