import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SoundName } from '../../ports/mixer.port.ts';
import { readWave } from './wave-file.ts';

const SUFFIX = '.wav';

export interface SoundFolder {
  readonly sounds: ReadonlyMap<SoundName, Int16Array>;
  /** Files that are no WAV of 16 bit, mono, 8 kHz. */
  readonly refused: readonly string[];
}

/** Reads every announcement of the folder and its sub-folders. A folder that does not exist has none. @throws what reading throws */
export async function readSounds(folder: string | null): Promise<SoundFolder> {
  const sounds = new Map<SoundName, Int16Array>();
  const refused: string[] = [];
  for (const file of folder === null ? [] : await listWaves(folder)) {
    const samples = readWave(await readFile(path.join(folder ?? '', file)));
    if (samples) sounds.set(nameOf(file), samples);
    else refused.push(file);
  }
  return { sounds, refused };
}

async function listWaves(folder: string): Promise<string[]> {
  try {
    const files = await readdir(folder, { recursive: true });
    return files.filter((file) => file.endsWith(SUFFIX)).toSorted();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function nameOf(file: string): SoundName {
  return file.slice(0, -SUFFIX.length).split(path.sep).join('/');
}
