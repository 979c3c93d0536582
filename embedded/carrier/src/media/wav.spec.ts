import { readWav } from './wav.ts';

interface Format {
  readonly tag?: number;
  readonly channels?: number;
  readonly bits?: number;
}

function chunk(id: string, content: Buffer, size = content.length): Buffer {
  const header = Buffer.alloc(8);
  header.write(id, 0, 'latin1');
  header.writeUInt32LE(size, 4);
  return Buffer.concat([header, content, Buffer.alloc(content.length % 2)]);
}

function format({ tag = 1, channels = 1, bits = 16 }: Format = {}): Buffer {
  const content = Buffer.alloc(16);
  content.writeUInt16LE(tag, 0);
  content.writeUInt16LE(channels, 2);
  content.writeUInt32LE(22_050, 4);
  content.writeUInt16LE(bits, 14);
  return chunk('fmt ', content);
}

function wav(...chunks: Buffer[]): Buffer {
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
}

const SAMPLES = Buffer.from(Int16Array.of(0, 16_384, -32_768).buffer);

describe('a WAV file', () => {
  it('is read with its rate and samples, past chunks nobody knows', () => {
    const sound = readWav(wav(chunk('LIST', Buffer.from('odd')), format(), chunk('data', SAMPLES)));
    expect(sound.sampleRate).toBe(22_050);
    expect([...sound.samples]).toEqual([0, 0.5, -1]);
  });

  it('from a pipe, with a size that promises too much, is read to its end', () => {
    expect([...readWav(wav(format(), chunk('data', SAMPLES, 0x7ffff000))).samples]).toEqual([0, 0.5, -1]);
  });

  it('of another kind is refused', () => {
    for (const kind of [{ tag: 3 }, { channels: 2 }, { bits: 8 }]) {
      expect(() => readWav(wav(format(kind), chunk('data', SAMPLES)))).toThrowError('only 16-bit mono PCM is supported');
    }
  });

  it('that is none, or is cut short, is refused', () => {
    expect(() => readWav(Buffer.from('RIFF'))).toThrowError('not a WAV file');
    expect(() => readWav(wav(format()))).toThrowError('the WAV file has no data');
    expect(() => readWav(wav(chunk('data', SAMPLES)))).toThrowError('the WAV file has no format before its data');
    expect(() => readWav(wav(chunk('fmt ', Buffer.alloc(4))))).toThrowError('the format of the WAV file is cut short');
  });
});
