import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ChunkCipher } from './chunk-cipher.ts';
import { FILE_MODE, PART_SUFFIX, readFully, writeFully } from './durable-file.ts';
import { TAG_BYTES } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';
import { createHeader, fixedPart, HEADER_BYTES, openHeader } from './sealed-header.ts';
import { VaultError } from './vault-error.ts';

/** 64 KiB: a seek decrypts little, and the tags add less than 0.03 %. */
export const CHUNK_BYTES = 65_536;

export interface SealedReceipt {
  /** Octets before sealing. */
  readonly plainBytes: number;
  /** Octets on disk. */
  readonly sealedBytes: number;
  /** SHA-256 over everything on disk but the key slots, so that a new master key does not change it. Hexadecimal. */
  readonly sha256: string;
  /** SHA-256 of what was sealed. */
  readonly plainSha256: string;
}

/** Seals what is written to it into `<path>.part`; `publishFile` gives it its name. */
export class SealedFileWriter {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #cipher: ChunkCipher;
  readonly #chunkBytes: number;
  readonly #hash: Hash;
  readonly #plainHash = createHash('sha256');
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #plainBytes = 0;
  #position = HEADER_BYTES;
  #chunks = 0;

  private constructor(handle: FileHandle, path: string, header: Buffer, cipher: ChunkCipher, chunkBytes: number) {
    this.#handle = handle;
    this.#path = path;
    this.#cipher = cipher;
    this.#chunkBytes = chunkBytes;
    this.#hash = createHash('sha256').update(fixedPart(header));
  }

  /** Creates or replaces the `.part` file. `purpose` names what is sealed; the file opens for no other. */
  static async create(path: string, ring: KeyRing, purpose: string, chunkBytes = CHUNK_BYTES): Promise<SealedFileWriter> {
    const { bytes, cipher } = createHeader(ring, 'file', chunkBytes, purpose);
    const handle = await open(path + PART_SUFFIX, 'w', FILE_MODE);
    const writer = new SealedFileWriter(handle, path, bytes, cipher, chunkBytes);
    try {
      await writeFully(handle, bytes, 0);
      return writer;
    } catch (error) {
      await writer.abandon();
      throw error;
    }
  }

  async write(plain: Buffer): Promise<void> {
    this.#plainHash.update(plain);
    this.#plainBytes += plain.length;
    this.#pending.push(plain);
    this.#pendingBytes += plain.length;
    // The last chunk is marked as such: one octet more than a chunk must be there before a chunk is known not to be the last.
    if (this.#pendingBytes <= this.#chunkBytes) return;
    let rest: Buffer = Buffer.concat(this.#pending);
    while (rest.length > this.#chunkBytes) {
      await this.#put(rest.subarray(0, this.#chunkBytes), false);
      rest = rest.subarray(this.#chunkBytes);
    }
    this.#pending = [rest];
    this.#pendingBytes = rest.length;
  }

  /** Writes the last chunk and syncs the file. */
  async finish(): Promise<SealedReceipt> {
    await this.#put(Buffer.concat(this.#pending), true);
    await this.#handle.sync();
    await this.#handle.close();
    return {
      plainBytes: this.#plainBytes,
      sealedBytes: this.#position,
      sha256: this.#hash.digest('hex'),
      plainSha256: this.#plainHash.digest('hex'),
    };
  }

  /** Removes the unfinished file. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await unlink(this.#path + PART_SUFFIX).catch(() => undefined);
  }

  async #put(plain: Buffer, isLast: boolean): Promise<void> {
    const sealed = this.#cipher.seal(this.#chunks, isLast, plain);
    this.#chunks += 1;
    this.#hash.update(sealed);
    await writeFully(this.#handle, sealed, this.#position);
    this.#position += sealed.length;
  }
}

/** Opens a sealed file at any place of it. Nothing of it is ever written anywhere. */
export class SealedFileReader {
  /** Octets before sealing. */
  readonly size: number;
  /** The master key it is sealed under. */
  readonly keyId: string;
  readonly #handle: FileHandle;
  readonly #header: Buffer;
  readonly #cipher: ChunkCipher;
  readonly #chunkBytes: number;
  readonly #sealedBytes: number;
  readonly #chunks: number;

  private constructor(handle: FileHandle, header: Buffer, opened: ReturnType<typeof openHeader>, sealedBytes: number) {
    this.#handle = handle;
    this.#header = header;
    this.#cipher = opened.cipher;
    this.#chunkBytes = opened.chunkBytes;
    this.keyId = opened.keyId;
    this.#sealedBytes = sealedBytes;
    this.#chunks = Math.ceil((sealedBytes - HEADER_BYTES) / (opened.chunkBytes + TAG_BYTES));
    this.size = sealedBytes - HEADER_BYTES - this.#chunks * TAG_BYTES;
  }

  /** Opens the file and its last chunk, without which it was cut short. @throws VaultError */
  static async open(path: string, ring: KeyRing, purpose: string): Promise<SealedFileReader> {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const header = await readFully(handle, 0, HEADER_BYTES);
      const reader = new SealedFileReader(handle, header, openHeader(header, ring, 'file', purpose), size);
      if (reader.#chunks < 1 || reader.size < 0) throw new VaultError('tampered', 'The file is cut short');
      await reader.#chunk(reader.#chunks - 1);
      return reader;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** So many octets from `start`, fewer at the end. @throws VaultError `tampered` */
  async read(start: number, length: number): Promise<Buffer> {
    const end = Math.min(start + length, this.size);
    if (start < 0 || start >= end) return Buffer.alloc(0);
    const first = Math.floor(start / this.#chunkBytes);
    const last = Math.floor((end - 1) / this.#chunkBytes);
    const chunks: Buffer[] = [];
    for (let number = first; number <= last; number += 1) chunks.push(await this.#chunk(number));
    const offset = first * this.#chunkBytes;
    return Buffer.concat(chunks).subarray(start - offset, end - offset);
  }

  /** The octets from `start` up to but not including `end`, as they are needed. Closes the reader at its end. */
  stream(start = 0, end = this.size): Readable {
    return Readable.from(this.#pieces(start, end), { objectMode: false });
  }

  /** Opens every chunk. Gives the hashes as they were when it was sealed, unless somebody changed it. @throws VaultError `tampered` */
  async verify(): Promise<{ readonly sha256: string; readonly plainSha256: string }> {
    const hash = createHash('sha256').update(fixedPart(this.#header));
    const plainHash = createHash('sha256');
    for (let number = 0; number < this.#chunks; number += 1) {
      const sealed = await this.#sealedChunk(number);
      hash.update(sealed);
      plainHash.update(this.#cipher.open(number, number === this.#chunks - 1, sealed));
    }
    return { sha256: hash.digest('hex'), plainSha256: plainHash.digest('hex') };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async *#pieces(start: number, end: number): AsyncGenerator<Buffer> {
    try {
      let at = start;
      while (at < end) {
        const piece = await this.read(at, Math.min(end - at, this.#chunkBytes - (at % this.#chunkBytes)));
        if (piece.length === 0) return;
        at += piece.length;
        yield piece;
      }
    } finally {
      await this.#handle.close();
    }
  }

  async #chunk(number: number): Promise<Buffer> {
    return this.#cipher.open(number, number === this.#chunks - 1, await this.#sealedChunk(number));
  }

  async #sealedChunk(number: number): Promise<Buffer> {
    const position = HEADER_BYTES + number * (this.#chunkBytes + TAG_BYTES);
    return await readFully(this.#handle, position, Math.min(this.#chunkBytes + TAG_BYTES, this.#sealedBytes - position));
  }
}

/** SHA-256 of a sealed file as its writer gave it, without opening it: no key is needed. */
export async function hashSealedFile(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const header = await readFully(handle, 0, HEADER_BYTES);
    if (header.length < HEADER_BYTES) throw new VaultError('not-sealed', 'The file is too short to be a sealed one');
    const hash = createHash('sha256').update(fixedPart(header));
    for (let position = HEADER_BYTES; ;) {
      const piece = await readFully(handle, position, 1 << 20);
      if (piece.length === 0) return hash.digest('hex');
      hash.update(piece);
      position += piece.length;
    }
  } finally {
    await handle.close();
  }
}
