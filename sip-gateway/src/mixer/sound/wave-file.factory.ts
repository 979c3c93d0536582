import { SAMPLE_RATE } from '../frame.ts';

export interface WaveOptions {
  readonly rate?: number;
  readonly channels?: number;
  readonly bits?: number;
  /** A chunk between the format and the samples, as editors leave them. */
  readonly extraChunk?: Buffer;
}

/** A RIFF/WAVE file, for tests. */
export function makeWave(
  samples: Int16Array,
  { rate = SAMPLE_RATE, channels = 1, bits = 16, extraChunk }: WaveOptions = {},
): Buffer {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE((rate * channels * bits) / 8, 8);
  format.writeUInt16LE((channels * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  const data = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, i) => data.writeInt16LE(sample, i * 2));
  const chunks = [chunk('fmt ', format), ...(extraChunk ? [chunk('LIST', extraChunk)] : []), chunk('data', data)];
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
}

function chunk(kind: string, body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.write(kind, 'latin1');
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body, Buffer.alloc(body.length % 2)]);
}
