import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../frame.ts';
import { makeComfortNoise } from './comfort-noise.ts';
import { composeHoldMusic } from './hold-music.ts';
import { readSounds } from './sound-library.ts';
import { makeWave } from './wave-file.factory.ts';
import { readWave } from './wave-file.ts';

function peak(samples: Int16Array): number {
  return samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
}

describe('the hold music', () => {
  const music = composeHoldMusic();

  it('loops in whole frames after 60 to 90 seconds', () => {
    expect(music.length % FRAME_SAMPLES).toBe(0);
    expect(music.length / SAMPLE_RATE).toBeGreaterThan(60);
    expect(music.length / SAMPLE_RATE).toBeLessThan(90);
  });

  it('peaks at -18 dBFS, pauses for no second anywhere, and clicks nowhere, the seam included', () => {
    expect(20 * Math.log10(peak(music) / 32_768)).toBeCloseTo(-18, 0);
    let steepest = Math.abs((music[0] ?? 0) - (music.at(-1) ?? 0));
    for (let i = 1; i < music.length; i += 1) steepest = Math.max(steepest, Math.abs((music[i] ?? 0) - (music[i - 1] ?? 0)));
    expect(steepest).toBeLessThan(4125);
    for (let at = 0; at + SAMPLE_RATE <= music.length; at += SAMPLE_RATE)
      expect(peak(music.subarray(at, at + SAMPLE_RATE))).toBeGreaterThan(400);
  });
});

describe('the comfort noise', () => {
  it('has -60 dBm0 and the same level throughout', () => {
    const noise = makeComfortNoise();
    expect(noise.length % FRAME_SAMPLES).toBe(0);
    for (let at = 0; at < noise.length; at += SAMPLE_RATE) {
      const second = noise.subarray(at, at + SAMPLE_RATE);
      const rms = Math.sqrt(second.reduce((sum, sample) => sum + sample * sample, 0) / second.length);
      expect(20 * Math.log10(rms / (32_124 / Math.SQRT2)) + 3.17).toBeCloseTo(-60, 0);
    }
  });
});

describe('a WAV file of an announcement', () => {
  const samples = Int16Array.from([1, -2, 32_767, -32_768]);

  it('is read when it has 16 bits, one channel and 8 kHz, whatever other chunks it has', () => {
    expect(readWave(makeWave(samples))).toEqual(samples);
    expect(readWave(makeWave(samples, { extraChunk: Buffer.from('odd') }))).toEqual(samples);
  });

  it('is refused when it has any other format, or is cut off before its samples', () => {
    expect(readWave(makeWave(samples, { rate: 16_000 }))).toBeNull();
    expect(readWave(makeWave(samples, { channels: 2 }))).toBeNull();
    expect(readWave(makeWave(samples, { bits: 8 }))).toBeNull();
    for (let length = 0; length < 44; length += 1) expect(readWave(makeWave(samples).subarray(0, length))).toBeNull();
    expect(readWave(Buffer.alloc(100))).toBeNull();
  });
});

describe('the sounds folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sounds-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('names sounds by their path, and tells which files are none', async () => {
    await mkdir(path.join(folder, 'ja'));
    await writeFile(path.join(folder, 'ja', 'queue-position-1.wav'), makeWave(Int16Array.from([7])));
    await writeFile(path.join(folder, 'beep.wav'), makeWave(Int16Array.from([8])));
    await writeFile(path.join(folder, 'wide.wav'), makeWave(Int16Array.from([9]), { rate: 48_000 }));
    await writeFile(path.join(folder, 'README.md'), 'Recorded in our own office.');
    const { sounds, refused } = await readSounds(folder);
    expect([...sounds.keys()]).toEqual(['beep', 'ja/queue-position-1']);
    expect(refused).toEqual(['wide.wav']);
  });

  it('has none when it does not exist, or is not named', async () => {
    expect((await readSounds(path.join(folder, 'nowhere'))).sounds.size).toBe(0);
    expect((await readSounds(null)).sounds.size).toBe(0);
  });
});
