import { realpath, statfs, unlink } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { CallId } from '#contracts/ids.contract';
import { RecordingDescription } from '#contracts/recordings.contract';
import { readDescription } from '#vault/described-file';
import type { KeyRing } from '#vault/key-ring';
import { SealedFileReader } from '#vault/sealed-file';
import { VaultError } from '#vault/vault-error';
import { DomainError } from '../platform/errors.ts';
import { Content } from '../platform/http/content-reply.ts';

const CACHED_DESCRIPTIONS = 50;

/** The sealed recordings on disk. They are opened in memory, piece by piece; nothing of them is ever written in the clear. */
export class RecordingArchive {
  readonly #folder: string;
  readonly #ring: KeyRing;
  /** In the order of their last use; a recording never changes once it is ready. */
  readonly #descriptions = new Map<CallId, RecordingDescription>();

  constructor(folder: string, ring: KeyRing) {
    this.#folder = folder;
    this.#ring = ring;
  }

  /** The sound: Opus in Ogg. Throws recording.not-found, recording.damaged. */
  async openSound(callId: CallId, file: string): Promise<Content> {
    const { reader, contentBytes } = await this.#open(callId, file);
    return new Content(
      { mediaType: 'audio/ogg', size: contentBytes },
      { stream: (start, end) => reader.stream(start, Math.min(end, contentBytes)), close: () => reader.close() },
    );
  }

  /** What is known of it. Throws recording.not-found, recording.damaged. */
  async describe(callId: CallId, file: string): Promise<RecordingDescription> {
    const description = this.#descriptions.get(callId) ?? (await this.#readDescription(callId, file));
    this.#descriptions.delete(callId);
    this.#descriptions.set(callId, description);
    const oldest = this.#descriptions.keys().next().value;
    if (this.#descriptions.size > CACHED_DESCRIPTIONS && oldest !== undefined) this.#descriptions.delete(oldest);
    return description;
  }

  /** Deletes it. One that is gone already is no error. */
  async remove(callId: CallId, file: string): Promise<void> {
    this.#descriptions.delete(callId);
    const path = await this.locate(file).catch(() => null);
    if (path !== null) await unlink(path);
  }

  /** How much room the disk has, in octets. */
  async diskSpace(): Promise<{ freeBytes: number; totalBytes: number }> {
    const { bavail, blocks, bsize } = await statfs(this.#folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  }

  /** The file's real place, which must be inside the recordings folder whatever its name or links say. Throws recording.not-found. */
  async locate(file: string): Promise<string> {
    const [root, path] = await Promise.all([
      realpath(this.#folder).catch(() => null),
      realpath(resolve(this.#folder, file)).catch(() => null),
    ]);
    if (root === null || path === null || !path.startsWith(root + sep)) throw new DomainError('recording.not-found');
    return path;
  }

  async #readDescription(callId: CallId, file: string): Promise<RecordingDescription> {
    const { reader, description } = await this.#open(callId, file);
    await reader.close();
    return description;
  }

  async #open(
    callId: CallId,
    file: string,
  ): Promise<{ reader: SealedFileReader; contentBytes: number; description: RecordingDescription }> {
    const path = await this.locate(file);
    let reader: SealedFileReader | null = null;
    try {
      reader = await SealedFileReader.open(path, this.#ring, `recording:${callId}`);
      const { contentBytes, description } = await readDescription(reader);
      return { reader, contentBytes, description: RecordingDescription.parse(description) };
    } catch (error) {
      await reader?.close();
      if (error instanceof VaultError) throw new DomainError('recording.damaged', error.message, { cause: error });
      throw error;
    }
  }
}
