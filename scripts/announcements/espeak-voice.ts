import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readWav } from '../../embedded/carrier/src/media/wav.ts';
import type { Announcement } from './announcement-texts.ts';

const run = promisify(execFile);

const SAMPLE_RATE = 8_000;
/** Leaves room for what the telephone band takes away and adds. */
const PEAK = 0.4;
const TIMEOUT_MS = 20_000;
const LARGEST_OUTPUT_BYTES = 16 * 1024 * 1024;
const HEADER_BYTES = 44;
/** Taps to each side of the anti-aliasing filter, in samples of the slower rate. */
const REACH = 12;
/** Its cut-off as a part of the slower rate's band. */
const CUT_OFF = 0.9;

/** Part of every file's stamp: after a change of how we speak every file is made anew. */
export const SYNTHESIS = `espeak-ng ${SAMPLE_RATE} ${PEAK} ${REACH} ${CUT_OFF}`;

/** Whether espeak-ng can be run here. */
export async function hasEspeak(): Promise<boolean> {
  try {
    await run('espeak-ng', ['--version'], { timeout: TIMEOUT_MS });
    return true;
  } catch {
    return false;
  }
}

/** Speaks a text: a WAV file of 8 kHz, mono, 16 bit. @throws when espeak-ng fails or says nothing */
export async function speak({ text, voice, wordsPerMinute }: Omit<Announcement, 'name'>): Promise<Buffer> {
  const { stdout } = await run('espeak-ng', ['-v', voice, '-s', String(wordsPerMinute), '--stdout', text], {
    encoding: 'buffer',
    timeout: TIMEOUT_MS,
    maxBuffer: LARGEST_OUTPUT_BYTES,
  });
  const { samples, sampleRate } = readWav(stdout);
  return writeWave(normalise(resample(samples, sampleRate)));
}

function normalise(samples: Float32Array): Float32Array {
  const peak = samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);
  if (peak === 0) throw new Error('espeak-ng said nothing');
  return samples.map((sample) => (sample * PEAK) / peak);
}

/** A polyphase filter: two hundred announcements in a second or two. `fromRate` is not below 8 kHz. */
export function resample(samples: Float32Array, fromRate: number): Float32Array {
  const divisor = greatestCommonDivisor(fromRate, SAMPLE_RATE);
  const [up, down] = [SAMPLE_RATE / divisor, fromRate / divisor];
  const reach = Math.ceil((REACH * fromRate) / SAMPLE_RATE);
  const phases = Array.from({ length: up }, (_, phase) => tapsOf((phase * down) % up, { up, reach, fromRate }));
  const out = new Float32Array(Math.floor((samples.length * up) / down));
  for (let index = 0; index < out.length; index += 1) {
    const taps = phases[index % up] ?? [];
    const first = Math.floor((index * down) / up) - reach + 1;
    let sum = 0;
    for (let tap = 0; tap < taps.length; tap += 1) sum += (samples[first + tap] ?? 0) * (taps[tap] ?? 0);
    out[index] = sum;
  }
  return out;
}

/** A Hann-windowed sinc around a point `remainder / up` samples behind the first. */
function tapsOf(remainder: number, { up, reach, fromRate }: { up: number; reach: number; fromRate: number }): number[] {
  const band = (CUT_OFF * SAMPLE_RATE) / fromRate;
  return Array.from({ length: 2 * reach }, (_, tap) => {
    const distance = tap - reach + 1 - remainder / up;
    const x = Math.PI * band * distance;
    const sinc = x === 0 ? 1 : Math.sin(x) / x;
    return band * sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / (reach + 1)));
  });
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

function writeWave(samples: Float32Array): Buffer {
  const file = Buffer.alloc(HEADER_BYTES + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, index) => file.writeInt16LE(Math.round(sample * 32_767), HEADER_BYTES + index * 2));
  return file;
}
