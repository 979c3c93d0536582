import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SAMPLE_RATE, encodeFloats } from '../media/g711.ts';
import { resample } from '../media/resample.ts';
import { readWav } from '../media/wav.ts';
import type { Phrase } from './phrases.ts';

const run = promisify(execFile);

const WORDS_PER_MINUTE = 140;
/** Leaves room for what the telephone band takes away and adds; about the level of a person on a good line. */
const PEAK = 0.4;
const TIMEOUT_MS = 20_000;
const LARGEST_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Part of every cache key: a change of how we synthesise makes old files useless. */
export const SYNTHESIS = `espeak-ng ${WORDS_PER_MINUTE} ${PEAK}`;

/** Whether espeak-ng can be run here. */
export async function hasEspeak(): Promise<boolean> {
  try {
    await run('espeak-ng', ['--version'], { timeout: TIMEOUT_MS });
    return true;
  } catch {
    return false;
  }
}

/** Says a phrase: µ-law at 8 kHz. @throws when espeak-ng fails */
export async function synthesise(phrase: Phrase): Promise<Uint8Array> {
  const { stdout } = await run('espeak-ng', ['-v', phrase.voice, '-s', String(WORDS_PER_MINUTE), '--stdout', phrase.kana], {
    encoding: 'buffer',
    timeout: TIMEOUT_MS,
    maxBuffer: LARGEST_OUTPUT_BYTES,
  });
  const sound = readWav(stdout);
  return encodeFloats(normalise(resample(sound.samples, sound.sampleRate, SAMPLE_RATE)));
}

function normalise(samples: Float32Array): Float32Array {
  const peak = samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);
  if (peak === 0) throw new Error('espeak-ng said nothing');
  return samples.map((sample) => (sample * PEAK) / peak);
}
