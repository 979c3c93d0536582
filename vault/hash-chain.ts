import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { FILE_MODE, readFully, syncFolder, writeFully } from './durable-file.ts';

/** The link before the first one. */
export const FIRST_LINK = '0'.repeat(64);
const MAX_LINE_BYTES = 1 << 20;

const Line = z.object({
  number: z.int().positive(),
  previous: z.string().length(64),
  at: z.iso.datetime(),
  entry: z.unknown(),
});

export interface ChainPosition {
  /** Counts up from 1. */
  readonly number: number;
  /** SHA-256 of this entry's line, which the next entry names: it stands for everything up to here. */
  readonly link: string;
}

/** An append-only file of entries of which each names the hash of the one before. One process writes it. */
export class HashChain {
  readonly #handle: FileHandle;
  #size: number;
  #last: ChainPosition;
  #appending: Promise<unknown> = Promise.resolve();

  private constructor(handle: FileHandle, size: number, last: ChainPosition) {
    this.#handle = handle;
    this.#size = size;
    this.#last = last;
  }

  /** Opens or begins the chain. Half a line that a crash left at its end is cut off. @throws Error when the last entry is not ours */
  static async open(file: string): Promise<HashChain> {
    const handle = await open(file, 'a+', FILE_MODE);
    try {
      const { size } = await handle.stat();
      const tail = await readFully(handle, Math.max(0, size - MAX_LINE_BYTES), MAX_LINE_BYTES);
      const whole = tail.subarray(0, tail.lastIndexOf(0x0a) + 1);
      const keptSize = size - (tail.length - whole.length);
      if (keptSize < size) await handle.truncate(keptSize);
      await handle.sync();
      await syncFolder(path.dirname(file));
      const line = whole.subarray(whole.lastIndexOf(0x0a, whole.length - 2) + 1, -1);
      const last =
        line.length === 0 ? { number: 0, link: FIRST_LINK } : { number: parse(line.toString()).number, link: hashLine(line) };
      return new HashChain(handle, keptSize, last);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get last(): ChainPosition {
    return this.#last;
  }

  /** Adds an entry durably. After a failure the chain is as it was. */
  async append(entry: object, at: Date): Promise<ChainPosition> {
    const appended = this.#appending.catch(() => undefined).then(() => this.#write(entry, at));
    this.#appending = appended;
    return await appended;
  }

  async close(): Promise<void> {
    await this.#appending.catch(() => undefined);
    await this.#handle.close();
  }

  async #write(entry: object, at: Date): Promise<ChainPosition> {
    const { number, link } = this.#last;
    const line = Buffer.from(JSON.stringify({ number: number + 1, previous: link, at: at.toISOString(), entry }));
    const bytes = Buffer.concat([line, Buffer.from('\n')]);
    try {
      await writeFully(this.#handle, bytes, this.#size);
      await this.#handle.datasync();
    } catch (error) {
      await this.#handle.truncate(this.#size).catch(() => undefined);
      throw error;
    }
    this.#size += bytes.length;
    this.#last = { number: number + 1, link: hashLine(line) };
    return this.#last;
  }
}

export interface ChainEntry extends ChainPosition {
  readonly at: string;
  readonly entry: unknown;
  /** Whether it follows from the entry before it; false at the first one that was changed, removed or put in between. */
  readonly fits: boolean;
}

/** All entries in order, each checked against the one before. A line that is none does not fit, and ends it. */
export async function* readChain(file: string): AsyncGenerator<ChainEntry> {
  let expected: ChainPosition = { number: 0, link: FIRST_LINK };
  for await (const line of readLines(file)) {
    const link = hashLine(line);
    const parsed = tryParse(line.toString());
    if (parsed === null) {
      yield { number: expected.number + 1, link, at: '', entry: null, fits: false };
      return;
    }
    const fits = parsed.number === expected.number + 1 && parsed.previous === expected.link;
    yield { number: parsed.number, link, at: parsed.at, entry: parsed.entry, fits };
    expected = { number: parsed.number, link };
  }
}

async function* readLines(file: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file)) {
    // Without an encoding the stream gives Buffers.
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield rest;
}

function hashLine(line: Buffer): string {
  return createHash('sha256').update(line).digest('hex');
}

function parse(line: string): z.infer<typeof Line> {
  return Line.parse(JSON.parse(line));
}

function tryParse(line: string): z.infer<typeof Line> | null {
  try {
    return parse(line);
  } catch {
    return null;
  }
}
