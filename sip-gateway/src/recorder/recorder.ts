import path from 'node:path';
import type { FrameMessage } from './frame-stream.ts';
import { RecordingFailure, RecordingFile } from './recording-file.ts';

export interface FileReceipt {
  readonly seconds: number;
  readonly sha256: string;
  readonly concealedFrames: number[];
}

interface OpenRecording {
  readonly file: RecordingFile;
  /** The mixer connection that feeds it; when that ends, the recording is complete as it is. */
  readonly feed: object;
  readonly receipt: PromiseWithResolvers<FileReceipt>;
  isEnding: boolean;
}

/** All recordings being written. A failure of one is told and leaves the others alone. */
export class Recorder {
  readonly #recordingsDir: string;
  readonly #onFailed: (recording: number, reason: string) => void;
  readonly #open = new Map<number, OpenRecording>();
  #feed: object | null = null;

  constructor(recordingsDir: string, onFailed: (recording: number, reason: string) => void) {
    this.#recordingsDir = recordingsDir;
    this.#onFailed = onFailed;
  }

  /** Names the connection that feeds recordings opened from now on. */
  useFeed(feed: object): void {
    this.#feed = feed;
  }

  /** Creates the file. @throws RecordingFailure */
  async open(recording: number, file: string, channels: number): Promise<void> {
    const feed = this.#feed;
    if (!feed) throw new RecordingFailure('the mixer is not connected');
    const receipt = Promise.withResolvers<FileReceipt>();
    // Whoever asks for the receipt gets the failure; until then it must not count as unhandled.
    receipt.promise.catch(() => undefined);
    const recordingFile = await RecordingFile.open(path.join(this.#recordingsDir, file), channels);
    this.#open.set(recording, { file: recordingFile, feed, receipt, isEnding: false });
    if (feed !== this.#feed) this.#end(recording);
  }

  /** Takes what the mixer says; frames of a recording that has failed or ended are dropped. */
  take(message: FrameMessage): void {
    const open = this.#open.get(message.recording);
    if (!open || open.isEnding) return;
    try {
      if (message.kind === 'frame') open.file.appendFrame(message.tick, message.channels);
      else if (message.kind === 'gap') open.file.appendGap(message.tick, message.ticks);
      else this.#end(message.recording);
    } catch (error) {
      this.#fail(message.recording, error);
    }
  }

  /** Writes what came in since the last call. */
  flush(): void {
    for (const [recording, open] of this.#open) {
      if (!open.isEnding) open.file.flush().catch((error: unknown) => this.#fail(recording, error));
    }
  }

  /** The receipt, once the mixer's end mark has come and the file is complete; the recording is forgotten then. @throws RecordingFailure */
  async finish(recording: number): Promise<FileReceipt> {
    const open = this.#open.get(recording);
    if (!open) throw new RecordingFailure('no such recording is running');
    try {
      return await open.receipt.promise;
    } finally {
      this.#open.delete(recording);
    }
  }

  /** Removes a recording that never began. */
  async discard(recording: number): Promise<void> {
    const open = this.#open.get(recording);
    this.#open.delete(recording);
    if (open && !open.isEnding) await open.file.discard();
  }

  /** Completes what this connection fed. */
  endFeed(feed: object): void {
    if (this.#feed === feed) this.#feed = null;
    for (const [recording, open] of this.#open) if (open.feed === feed) this.#end(recording);
  }

  /** Completes everything; resolves when all of it is on disk, whatever failed. */
  async endAll(): Promise<void> {
    const receipts = [...this.#open.values()].map((open) => open.receipt.promise);
    for (const recording of this.#open.keys()) this.#end(recording);
    await Promise.allSettled(receipts);
  }

  #end(recording: number): void {
    const open = this.#open.get(recording);
    if (!open || open.isEnding) return;
    open.isEnding = true;
    open.file.finish().then(
      (finished) => open.receipt.resolve({ ...finished, concealedFrames: [...open.file.concealedFrames] }),
      (error: unknown) => {
        open.isEnding = false;
        this.#fail(recording, error);
      },
    );
  }

  /** Keeps what reached the disk as a playable file and tells. */
  #fail(recording: number, error: unknown): void {
    const open = this.#open.get(recording);
    if (!open || open.isEnding) return;
    open.isEnding = true;
    this.#open.delete(recording);
    const failure = error instanceof RecordingFailure ? error : new RecordingFailure('internal error', { cause: error });
    void open.file
      .abandon()
      // A disk that refuses even the header leaves the .part file, which the next start repairs.
      .catch(() => undefined)
      .then(() => {
        this.#onFailed(recording, failure.message);
        open.receipt.reject(failure);
      });
  }
}
