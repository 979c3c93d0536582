import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { splitIntoFrames } from '../media/frame-source.ts';
import { SYNTHESIS } from './espeak.ts';
import type { Phrase } from './phrases.ts';

interface VoiceLibraryOptions {
  readonly folder: string;
  readonly synthesise: (phrase: Phrase) => Promise<Uint8Array>;
  readonly log: Logger;
}

/** Phrases as µ-law frames, kept in files and made one after another in the background. */
export class VoiceLibrary {
  readonly #options: VoiceLibraryOptions;
  readonly #frames = new Map<string, readonly Uint8Array[]>();
  #isStopped = false;

  constructor(options: VoiceLibraryOptions) {
    this.#options = options;
  }

  /** The frames of a phrase, or null while it is not made yet. */
  framesOf(phrase: Phrase): readonly Uint8Array[] | null {
    return this.#frames.get(keyOf(phrase)) ?? null;
  }

  /** Makes these phrases available, in this order. A phrase that cannot be made stays silent and is logged. */
  async prepare(phrases: readonly Phrase[]): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true });
    for (const phrase of phrases) {
      if (this.#isStopped) return;
      try {
        this.#frames.set(keyOf(phrase), splitIntoFrames(await this.#load(phrase)));
      } catch (error) {
        this.#options.log.warn({ err: error }, 'a phrase could not be spoken and stays silent');
      }
    }
  }

  /** Makes no more phrases; the one being made is finished. */
  stop(): void {
    this.#isStopped = true;
  }

  async #load(phrase: Phrase): Promise<Uint8Array> {
    const path = join(this.#options.folder, `${keyOf(phrase)}.ulaw`);
    const kept = await readFile(path).catch(() => null);
    if (kept && kept.length > 0) return kept;
    const made = await this.#options.synthesise(phrase);
    // Another carrier may share the folder: a file appears whole or not at all.
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, made);
    await rename(draft, path);
    return made;
  }
}

function keyOf(phrase: Phrase): string {
  return createHash('sha256').update(`${SYNTHESIS}\n${phrase.voice}\n${phrase.kana}`).digest('hex').slice(0, 32);
}
