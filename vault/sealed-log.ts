import { open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { ChunkCipher } from './chunk-cipher.ts';
import { FILE_MODE, readFully, writeFully } from './durable-file.ts';
import { TAG_BYTES } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';
import { createHeader, HEADER_BYTES, openHeader } from './sealed-header.ts';

const LENGTH_BYTES = 4;
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Records sealed one after another as they come: after a crash everything up to the last whole record can be had. */
export class SealedLogWriter {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #cipher: ChunkCipher;
  #position = HEADER_BYTES;
  #records = 0;

  private constructor(handle: FileHandle, path: string, cipher: ChunkCipher) {
    this.#handle = handle;
    this.#path = path;
    this.#cipher = cipher;
  }

  /** Creates the file, which must not exist, and syncs its header. */
  static async create(path: string, ring: KeyRing, purpose: string): Promise<SealedLogWriter> {
    const { bytes, cipher } = createHeader(ring, 'log', 0, purpose);
    const handle = await open(path, 'wx', FILE_MODE);
    const writer = new SealedLogWriter(handle, path, cipher);
    try {
      await writeFully(handle, bytes, 0);
      await handle.sync();
      return writer;
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  /** Octets on disk. */
  get bytes(): number {
    return this.#position;
  }

  /**
   * Adds a record. After a failure nothing may be added any more: the number of the record, and with it its nonce, is used up.
   * @throws what the disk says
   */
  async append(plain: Buffer): Promise<void> {
    await this.#put(plain, false);
  }

  /** Makes what was added survive a power failure. */
  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  /** Says that this is all, and syncs. */
  async finish(): Promise<void> {
    await this.#put(Buffer.alloc(0), true);
    await this.#handle.sync();
    await this.#handle.close();
  }

  /** Ends after a failure: what was added stays, without a word that it is all. */
  async abandon(): Promise<void> {
    try {
      await this.#handle.truncate(this.#position);
      await this.#handle.sync();
    } finally {
      await this.#handle.close();
    }
  }

  /** Removes the file. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await unlink(this.#path).catch(() => undefined);
  }

  async #put(plain: Buffer, isLast: boolean): Promise<void> {
    const sealed = this.#cipher.seal(this.#records, isLast, plain);
    this.#records += 1;
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(sealed.length);
    await writeFully(this.#handle, Buffer.concat([length, sealed]), this.#position);
    this.#position += LENGTH_BYTES + sealed.length;
  }
}

/** How a log ended. `finished`: with the writer's word. `unfinished`: in mid-air, as a crash leaves it. `damaged`: something follows that does not open. */
export type LogEnd = 'finished' | 'unfinished' | 'damaged';

/** Gives the records in order, and at last how the log ended. @throws VaultError when not even the header opens */
export async function* readSealedLog(path: string, ring: KeyRing, purpose: string): AsyncGenerator<Buffer, LogEnd> {
  const handle = await open(path, 'r');
  try {
    const { cipher } = openHeader(await readFully(handle, 0, HEADER_BYTES), ring, 'log', purpose);
    const { size } = await handle.stat();
    let position = HEADER_BYTES;
    for (let number = 0; ; number += 1) {
      const sealed = await readRecord(handle, position, size);
      if (sealed === null) return 'unfinished';
      position += LENGTH_BYTES + sealed.length;
      const plain = openRecord(cipher, number, false, sealed);
      if (plain) {
        yield plain;
        continue;
      }
      if (position === size && openRecord(cipher, number, true, sealed)) return 'finished';
      // What a power failure tore at the very end is no damage: it had not been promised to last.
      return position === size ? 'unfinished' : 'damaged';
    }
  } finally {
    await handle.close();
  }
}

/** The next record as it is on disk; null when there is no whole one. */
async function readRecord(handle: FileHandle, position: number, size: number): Promise<Buffer | null> {
  if (position + LENGTH_BYTES > size) return null;
  const length = (await readFully(handle, position, LENGTH_BYTES)).readUInt32BE(0);
  if (length < TAG_BYTES || length > MAX_RECORD_BYTES || position + LENGTH_BYTES + length > size) return null;
  return await readFully(handle, position + LENGTH_BYTES, length);
}

function openRecord(cipher: ChunkCipher, number: number, isLast: boolean, sealed: Buffer): Buffer | null {
  try {
    return cipher.open(number, isLast, sealed);
  } catch {
    return null;
  }
}
