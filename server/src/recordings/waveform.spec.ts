import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MULAW_TO_LINEAR } from './mulaw.model.ts';
import { PEAKS_PER_CHANNEL, readPeaks } from './waveform.ts';

/** A two-channel 16-bit file: what each frame holds is told by `frame`. */
function wav(frames: number, frame: (index: number) => [number, number]): Buffer {
  const data = Buffer.alloc(frames * 4);
  for (let index = 0; index < frames; index += 1) {
    const [left, right] = frame(index);
    data.writeInt16LE(left, index * 4);
    data.writeInt16LE(right, index * 4 + 2);
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

describe('readPeaks', () => {
  let folder: string;
  const write = async (content: Buffer): Promise<string> => {
    const path = join(folder, 'call.wav');
    await writeFile(path, content);
    return path;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waveform-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('keeps the channels apart and finds the loudest sample of each slice', async () => {
    const half = 20_000;
    const peaks = await readPeaks(await write(wav(40_000, (index) => [index < half ? 16_384 : 0, index === half ? -32_768 : 0])));
    expect(peaks.seconds).toBe(5);
    expect(peaks.channels.map((channel) => channel.length)).toEqual([PEAKS_PER_CHANNEL, PEAKS_PER_CHANNEL]);
    const [agent, resident] = peaks.channels;
    expect(agent?.[0]).toBe(0.5);
    expect(agent?.[PEAKS_PER_CHANNEL - 1]).toBe(0);
    expect(resident?.filter((peak) => peak > 0)).toEqual([1]);
  });

  it('reads a call shorter than its slices', async () => {
    const peaks = await readPeaks(await write(wav(8, () => [32_767, 0])));
    expect(Math.max(...(peaks.channels[0] ?? []))).toBeCloseTo(1, 3);
  });

  it('refuses a file that is something else', async () => {
    await expectAsync(readPeaks(await write(Buffer.from('this is not sound, it only looks long enough')))).toBeRejectedWithError(RangeError);
  });
});

describe('the µ-law table', () => {
  it('has silence, both extremes and both signs where G.711 puts them', () => {
    expect([0xff, 0x7f, 0x80, 0x00].map((code) => MULAW_TO_LINEAR[code])).toEqual([0, 0, 32_124, -32_124]);
  });
});
