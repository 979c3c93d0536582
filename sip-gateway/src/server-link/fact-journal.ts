import { open, readFile, rename, mkdir, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { FactEnvelope } from '#contracts/gateway.contract';
import type { Fact } from '#contracts/gateway.contract';
import { GatewayId } from '#contracts/ids.contract';
import type { CallId } from '#contracts/ids.contract';
import type { Clock } from '../ports/clock.port.ts';
import { toInstant } from '../ports/clock.port.ts';
import { noteFact, unfinishedCalls } from './unfinished.model.ts';
import type { UnfinishedCall } from './unfinished.model.ts';

/** First line of a compacted journal, so that numbers go on even when every fact is gone. */
const Header = z.object({ journalOf: GatewayId, lastNumber: z.int().nonnegative() });

/** A journal shorter than this many lines is not worth compacting. */
const COMPACT_LINES = 500;
const RETRY_MS = 1_000;

export interface JournalOptions {
  readonly file: string;
  readonly gatewayId: GatewayId;
  readonly clock: Clock;
  /** Told the first time a write fails, and again when writing works. */
  onTrouble(trouble: 'failing' | 'working'): void;
}

/** The gateway's facts on disk: one JSON object per line, numbered, synced before anybody is told. */
export class FactJournal {
  readonly #options: JournalOptions;
  #handle: FileHandle;
  /** Length of the file up to the last complete line. */
  #bytes: number;
  #lines: number;
  #lastNumber: number;
  /** On disk and not yet stored by the server, or needed to end an unfinished call after a crash; in order. */
  #kept: FactEnvelope[];
  #stored = 0;
  /** Numbered and waiting for the disk. */
  #pending: FactEnvelope[] = [];
  readonly #unfinished: Map<CallId, UnfinishedCall>;
  #work: Promise<void> = Promise.resolve();
  #isFailing = false;
  #isClosed = false;

  private constructor(options: JournalOptions, handle: FileHandle, content: JournalContent) {
    this.#options = options;
    this.#handle = handle;
    this.#bytes = content.bytes;
    this.#lines = content.lines;
    this.#lastNumber = content.lastNumber;
    this.#kept = content.envelopes;
    this.#unfinished = unfinishedCalls(content.envelopes);
  }

  /** Opens or creates the journal. A line cut off by a crash is removed; anything else unreadable rejects. */
  static async open(options: JournalOptions): Promise<FactJournal> {
    await mkdir(dirname(options.file), { recursive: true });
    const content = await readJournal(options.file, options.gatewayId);
    const handle = await open(options.file, 'a');
    await handle.truncate(content.bytes);
    return new FactJournal(options, handle, content);
  }

  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Calls whose story is not over, for recovery after a crash. */
  unfinished(): UnfinishedCall[] {
    return [...this.#unfinished.values()];
  }

  /** When the last fact was written, in milliseconds since the Unix epoch; 0 when there is none. */
  lastSignMs(): number {
    const last = this.#kept.at(-1);
    return last === undefined ? 0 : Date.parse(last.at);
  }

  /** Goes on after this number: the server knows facts that this journal does not (it was lost). */
  skipTo(number: number): void {
    this.#lastNumber = Math.max(this.#lastNumber, number);
  }

  /** Resolves when the fact is on disk; never rejects but waits for a full disk to be cleared. */
  append(fact: Fact): Promise<void> {
    this.#lastNumber += 1;
    const at = toInstant(this.#options.clock.nowMs());
    const envelope: FactEnvelope = { gatewayId: this.#options.gatewayId, number: this.#lastNumber, at, fact };
    noteFact(this.#unfinished, envelope);
    this.#pending.push(envelope);
    this.#work = this.#work.then(() => this.#flush());
    return this.#work;
  }

  /** The fact on disk that follows this number, and is not stored yet. */
  nextAfter(number: number): FactEnvelope | undefined {
    const floor = Math.max(number, this.#stored);
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#kept[middle]?.number ?? 0) > floor) high = middle;
      else low = middle + 1;
    }
    return this.#kept[low];
  }

  /** How many facts the server has not stored yet. */
  get backlog(): number {
    return Math.max(0, this.#lastNumber - this.#stored);
  }

  /** The server has stored every fact up to this number. Forgets them, and compacts the file once nothing else is in it. */
  noteStored(watermark: number): void {
    if (watermark <= this.#stored) return;
    this.#stored = watermark;
    this.#kept = this.#kept.filter((envelope) => this.#isNeeded(envelope));
    if (this.#lines < COMPACT_LINES || watermark < this.#lastNumber) return;
    this.#work = this.#work.then(() => this.#compact()).catch(() => undefined);
  }

  /** Resolves when everything appended so far is on disk. */
  whenWritten(): Promise<void> {
    return this.#work;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
    await this.#handle.close();
  }

  #isNeeded({ number, fact }: FactEnvelope): boolean {
    if (number > this.#stored) return true;
    return 'callId' in fact && fact.callId !== null && this.#unfinished.has(fact.callId);
  }

  /** Writes everything that waits in one go, so that a burst costs one sync. */
  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = [...this.#pending];
      const text = Buffer.from(batch.map((envelope) => `${JSON.stringify(envelope)}\n`).join(''));
      try {
        await this.#handle.appendFile(text);
        await this.#handle.datasync();
      } catch {
        if (!(await this.#recoverFromFailedWrite())) return;
        continue;
      }
      this.#noteWorking();
      this.#pending.splice(0, batch.length);
      this.#bytes += text.length;
      this.#lines += batch.length;
      this.#kept.push(...batch);
    }
  }

  /** Half a batch may have been written: cuts it off and waits. False when the journal was closed meanwhile. */
  async #recoverFromFailedWrite(): Promise<boolean> {
    if (!this.#isFailing) this.#options.onTrouble('failing');
    this.#isFailing = true;
    if (this.#isClosed) return false;
    await this.#handle.truncate(this.#bytes).catch(() => undefined);
    await new Promise<void>((resolve) => this.#options.clock.schedule(RETRY_MS, resolve));
    return true;
  }

  #noteWorking(): void {
    if (this.#isFailing) this.#options.onTrouble('working');
    this.#isFailing = false;
  }

  /** Writes what is still needed to a new file and puts it in the old one's place. The old file is good until then. */
  async #compact(): Promise<void> {
    const { file, gatewayId } = this.#options;
    const temporary = `${file}.new`;
    const kept = this.#kept.filter((envelope) => this.#isNeeded(envelope));
    const header = { journalOf: gatewayId, lastNumber: this.#lastNumberOnDisk() };
    const text = [header, ...kept].map((line) => `${JSON.stringify(line)}\n`).join('');
    const replacement = await open(temporary, 'w');
    try {
      await replacement.writeFile(text);
      await replacement.datasync();
      await rename(temporary, file);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    } finally {
      await replacement.close();
    }
    await syncFolder(dirname(file));
    await this.#handle.close();
    this.#handle = await open(file, 'a');
    this.#bytes = Buffer.byteLength(text);
    this.#lines = kept.length + 1;
    this.#kept = kept;
  }

  #lastNumberOnDisk(): number {
    return this.#lastNumber - this.#pending.length;
  }
}

interface JournalContent {
  readonly envelopes: FactEnvelope[];
  readonly lastNumber: number;
  readonly bytes: number;
  readonly lines: number;
}

async function readJournal(file: string, gatewayId: GatewayId): Promise<JournalContent> {
  const raw = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  // A crash in the middle of a write leaves a last line without its end; it was never told to anybody.
  const complete = raw.slice(0, raw.lastIndexOf('\n') + 1);
  const lines = complete.split('\n').slice(0, -1);
  const envelopes: FactEnvelope[] = [];
  let lastNumber = 0;
  for (const [index, line] of lines.entries()) {
    const value = parseJson(line);
    const header = index === 0 ? Header.safeParse(value) : null;
    const envelope = header?.success === true ? null : FactEnvelope.safeParse(value);
    if (envelope?.success === false) throw new Error(`The fact journal ${file} is damaged in line ${index + 1}`);
    const owner = header?.success === true ? header.data.journalOf : envelope?.data?.gatewayId;
    if (owner !== gatewayId) throw new Error(`The fact journal ${file} belongs to another gateway`);
    if (envelope?.data !== undefined) envelopes.push(envelope.data);
    lastNumber = Math.max(lastNumber, header?.success === true ? header.data.lastNumber : 0, envelope?.data?.number ?? 0);
  }
  return { envelopes, lastNumber, bytes: Buffer.byteLength(complete), lines: lines.length };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A rename is durable only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
