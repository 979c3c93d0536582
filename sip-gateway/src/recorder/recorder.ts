import type { ChannelName } from '#contracts/recordings.contract';
import type { KeyRing } from '#vault/key-ring';
import { decodeBody } from './frame-stream.ts';
import type { RawMessage } from './frame-stream.ts';
import { RecordingFailure, toRecordingFailure } from './recording-failure.ts';
import { Segment } from './segment.ts';

export interface SegmentReceipt {
  /** Length of the recording up to the end of this segment, in ticks of 20 ms. */
  readonly ticks: number;
  readonly channels: readonly ChannelName[];
}

/** A connection of the mixer. */
export interface Feed {
  acknowledge(recording: number, sequence: number): void;
}

interface OpenRecording {
  readonly segment: Segment;
  readonly receipt: PromiseWithResolvers<SegmentReceipt>;
  /** The connection that feeds it; null before its first message. When that ends, the segment is complete as it is. */
  feed: Feed | null;
  sequence: number;
  ticks: number;
  channels: readonly ChannelName[];
  isEnding: boolean;
}

/** All recordings being written. A failure of one is told and leaves the others alone. */
export class Recorder {
  readonly #recordingsDir: string;
  readonly #ring: KeyRing;
  readonly #onFailed: (recording: number, reason: string) => void;
  readonly #open = new Map<number, OpenRecording>();

  constructor(recordingsDir: string, ring: KeyRing, onFailed: (recording: number, reason: string) => void) {
    this.#recordingsDir = recordingsDir;
    this.#ring = ring;
    this.#onFailed = onFailed;
  }

  /** Creates the file of a segment. @throws RecordingFailure */
  async open(recording: number, file: string, segment: number): Promise<void> {
    await this.#endPrevious(recording);
    const opened = await Segment.open(this.#recordingsDir, file, segment, this.#ring);
    const receipt = Promise.withResolvers<SegmentReceipt>();
    // Whoever asks for the receipt gets the failure; until then it must not count as unhandled.
    receipt.promise.catch(() => undefined);
    this.#open.set(recording, { segment: opened, receipt, feed: null, sequence: 0, ticks: 0, channels: [], isEnding: false });
  }

  /** Takes what the mixer says; messages of a recording that has failed, ended or not started are dropped. */
  take(message: RawMessage, feed: Feed): void {
    const open = this.#open.get(message.recording);
    if (!open || open.isEnding) return;
    try {
      if (message.kind === 'start') this.#start(open, message, feed);
      else if (open.feed === feed) this.#add(open, message);
    } catch (error) {
      this.#fail(message.recording, error);
    }
  }

  /** Writes what came in since the last call. */
  flush(): void {
    for (const [recording, open] of this.#open) {
      if (open.isEnding) continue;
      const before = open.segment.writtenSequence;
      open.segment.flush().then(
        () => {
          if (open.segment.writtenSequence !== before) open.feed?.acknowledge(recording, open.segment.writtenSequence);
        },
        (error: unknown) => this.#fail(recording, error),
      );
    }
  }

  /** The receipt, once the mixer's end mark has come and the file is complete; the recording is forgotten then. @throws RecordingFailure */
  async finish(recording: number): Promise<SegmentReceipt> {
    const open = this.#open.get(recording);
    if (!open) throw new RecordingFailure('no such recording is running');
    // Its mixer died before it could say anything: nothing more will come.
    if (open.feed === null) this.#end(recording);
    try {
      return await open.receipt.promise;
    } finally {
      this.#open.delete(recording);
    }
  }

  /** Removes a segment that never began. */
  async discard(recording: number): Promise<void> {
    const open = this.#open.get(recording);
    this.#open.delete(recording);
    if (open && !open.isEnding) await open.segment.discard();
  }

  /** Completes what this connection fed. */
  endFeed(feed: Feed): void {
    for (const [recording, open] of this.#open) if (open.feed === feed) this.#end(recording);
  }

  /** Completes everything; resolves when all of it is on disk, whatever failed. */
  async endAll(): Promise<void> {
    const receipts = [...this.#open.values()].map((open) => open.receipt.promise);
    for (const recording of this.#open.keys()) this.#end(recording);
    await Promise.allSettled(receipts);
  }

  /** A segment whose connection was given up, while this recorder went on living. */
  async #endPrevious(recording: number): Promise<void> {
    const previous = this.#open.get(recording);
    if (!previous) return;
    this.#end(recording);
    await previous.receipt.promise.catch(() => undefined);
    this.#open.delete(recording);
  }

  #start(open: OpenRecording, message: RawMessage, feed: Feed): void {
    if (open.feed !== null) return;
    open.feed = feed;
    open.sequence = message.sequence;
    this.#note(open, message);
    open.segment.add(message);
  }

  #add(open: OpenRecording, message: RawMessage): void {
    if (message.sequence <= open.sequence) return;
    if (message.sequence !== open.sequence + 1) throw new RecordingFailure('frames were lost on the way');
    open.sequence = message.sequence;
    open.ticks = message.kind === 'frame' ? message.tick + 1 : Math.max(open.ticks, message.tick);
    if (message.kind === 'note') this.#note(open, message);
    open.segment.add(message);
    if (message.kind === 'end') this.#end(message.recording);
  }

  #note(open: OpenRecording, message: RawMessage): void {
    const body = decodeBody(message);
    if (body.kind === 'start') open.channels = body.names;
    if (body.kind === 'note' && body.note.note === 'channels') open.channels = body.note.names;
  }

  #end(recording: number): void {
    const open = this.#open.get(recording);
    if (!open || open.isEnding) return;
    open.isEnding = true;
    open.segment.finish().then(
      () => {
        open.feed?.acknowledge(recording, open.segment.writtenSequence);
        open.receipt.resolve({ ticks: open.ticks, channels: open.channels });
      },
      (error: unknown) => {
        open.isEnding = false;
        this.#fail(recording, error);
      },
    );
  }

  /** Keeps what reached the disk and tells. */
  #fail(recording: number, error: unknown): void {
    const open = this.#open.get(recording);
    if (!open || open.isEnding) return;
    open.isEnding = true;
    this.#open.delete(recording);
    const failure = toRecordingFailure(error);
    void open.segment
      .abandon()
      // What the disk holds stays readable up to its last whole record, whatever else it refuses.
      .catch(() => undefined)
      .then(() => {
        this.#onFailed(recording, failure.message);
        open.receipt.reject(failure);
      });
  }
}
