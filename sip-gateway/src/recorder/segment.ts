import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { FOLDER_MODE, syncFolder } from '#vault/durable-file';
import type { KeyRing } from '#vault/key-ring';
import { SealedLogWriter } from '#vault/sealed-log';
import type { RawMessage } from './frame-stream.ts';
import { RecordingFailure, toRecordingFailure } from './recording-failure.ts';
import { segmentName, segmentPurpose } from './recording-names.ts';

const SYNC_INTERVAL_MS = 1000;
/** 30 s: what a recorder takes over from a dead one may be 15 s. A disk further behind is a failure to be told, not memory to be filled. */
const MAX_PENDING_MESSAGES = 1500;

/**
 * What one recorder writes of one recording: the messages of the frame stream as they come, sealed from the first one on. After a crash
 * everything but the last moment can be had.
 */
export class Segment {
  readonly #log: SealedLogWriter;
  #pending: Buffer[] = [];
  #pendingSequence = 0;
  #writtenSequence = 0;
  #syncedAtMs = performance.now();
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  private constructor(log: SealedLogWriter) {
    this.#log = log;
  }

  /** Creates the file and syncs it. @throws RecordingFailure when a recording or segment of this name exists, or the disk refuses */
  static async open(recordingsDir: string, file: string, segment: number, ring: KeyRing): Promise<Segment> {
    const folder = path.join(recordingsDir, path.dirname(file));
    try {
      await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
      if (await exists(path.join(recordingsDir, file))) throw new RecordingFailure('a recording of this name exists');
      const log = await SealedLogWriter.create(path.join(recordingsDir, segmentName(file, segment)), ring, segmentPurpose(file));
      await syncFolder(folder);
      return new Segment(log);
    } catch (error) {
      throw toRecordingFailure(error);
    }
  }

  /** Takes a message to be written with the next flush. @throws RecordingFailure when the disk is too far behind */
  add(message: RawMessage): void {
    if (this.#pending.length >= MAX_PENDING_MESSAGES) throw new RecordingFailure('disk too slow');
    this.#pending.push(message.bytes);
    this.#pendingSequence = message.sequence;
  }

  /** Sequence of the last message that is written. */
  get writtenSequence(): number {
    return this.#writtenSequence;
  }

  /** Writes what is pending unless a write is still under way; syncs about once a second. @throws RecordingFailure */
  async flush(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writing = this.#writePending().finally(() => {
      this.#isWriting = false;
    });
    await this.#writing;
  }

  /** Writes the rest and syncs it. @throws RecordingFailure */
  async finish(): Promise<void> {
    await this.#writing;
    await this.#writePending();
    try {
      await this.#log.finish();
    } catch (error) {
      throw toRecordingFailure(error);
    }
  }

  /** Keeps what is written; what is pending is lost. @throws RecordingFailure when even that is refused */
  async abandon(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#log.abandon().catch((error: unknown) => {
      throw toRecordingFailure(error);
    });
  }

  /** Removes a segment that was never fed. */
  async discard(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#log.discard();
  }

  async #writePending(): Promise<void> {
    try {
      if (this.#pending.length > 0) {
        const bytes = Buffer.concat(this.#pending);
        const sequence = this.#pendingSequence;
        this.#pending = [];
        await this.#log.append(bytes);
        this.#writtenSequence = sequence;
      }
      if (performance.now() - this.#syncedAtMs < SYNC_INTERVAL_MS) return;
      this.#syncedAtMs = performance.now();
      await this.#log.sync();
    } catch (error) {
      throw toRecordingFailure(error);
    }
  }
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
