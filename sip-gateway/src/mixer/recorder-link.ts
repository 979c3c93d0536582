import { once } from 'node:events';
import net from 'node:net';
import type { LegId } from '../ports/mixer.port.ts';
import { AckReader, HELLO } from '../recorder/frame-stream.ts';
import { RecordingFeed } from './recording-feed.ts';

/** 5 s of ticks. Beyond that the recorder is taken for dead: audio goes on, and the frames wait for its successor. */
const MAX_TICKS_UNDER_WAY = 250;
const HELLO_TIMEOUT_MS = 2000;
/** What a feed that has ended may still be asked to tell again. */
const ENDED_KEPT_MS = 60_000;

/** The mixer's side of the frame stream: never waits, one write per tick for all recordings together. */
export class RecorderLink {
  readonly #onStuck: () => void;
  readonly #packetsOf: (leg: LegId) => number;
  readonly #feeds = new Map<number, RecordingFeed>();
  readonly #ended = new Map<number, RecordingFeed>();
  #socket: net.Socket | null = null;
  #batch: Buffer[] = [];
  #ticksUnderWay = 0;

  /** `onStuck` is told when the recorder has not read for 5 s; the connection is given up then. */
  constructor(onStuck: () => void, packetsOf: (leg: LegId) => number) {
    this.#onStuck = onStuck;
    this.#packetsOf = packetsOf;
  }

  get isConnected(): boolean {
    return this.#socket !== null;
  }

  /** Connects to the recorder; resolves when it has accepted. Recordings go on when they are told again, see `replay`. */
  async connect(socketPath: string): Promise<void> {
    this.#drop();
    const socket = net.connect(socketPath);
    try {
      const hello: unknown = (await once(socket, 'data', { signal: AbortSignal.timeout(HELLO_TIMEOUT_MS) }))[0];
      if (!Buffer.isBuffer(hello) || !hello.equals(HELLO)) throw new Error('The recorder did not greet as one');
    } catch (error) {
      socket.destroy();
      throw error;
    }
    this.#socket = socket;
    const acks = new AckReader();
    socket.on('data', (chunk) => {
      for (const { recording, sequence } of acks.read(chunk)) this.#noteWritten(recording, sequence);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (this.#socket === socket) this.#drop();
    });
  }

  /** Makes a feed for this recording; it must be begun. */
  open(recording: number): RecordingFeed {
    const feed = new RecordingFeed(recording, (bytes) => this.#batch.push(bytes), this.#packetsOf);
    this.#feeds.set(recording, feed);
    return feed;
  }

  feed(recording: number): RecordingFeed | undefined {
    return this.#feeds.get(recording);
  }

  /** Takes back `open`. */
  forget(recording: number): void {
    this.#feeds.delete(recording);
  }

  /** Sends the end mark after everything sent before. False when there is no such recording. */
  end(recording: number): boolean {
    const feed = this.#feeds.get(recording);
    if (!feed) return false;
    feed.end();
    this.#feeds.delete(recording);
    this.#ended.set(recording, feed);
    setTimeout(() => this.#ended.delete(recording), ENDED_KEPT_MS).unref();
    this.#write();
    return true;
  }

  /** Tells the recorder, which has just opened a segment for it, everything of this recording that no recorder has written. */
  replay(recording: number): boolean {
    const feed = this.#feeds.get(recording) ?? this.#ended.get(recording);
    if (!feed) return false;
    this.#write();
    feed.replay();
    this.#write();
    return true;
  }

  /** Hands this tick's messages to the socket; call once per tick. */
  flush(): void {
    if (this.#batch.length === 0) return;
    this.#write();
    if (this.#ticksUnderWay <= MAX_TICKS_UNDER_WAY) return;
    this.#drop();
    this.#onStuck();
  }

  #write(): void {
    const batch = this.#batch;
    this.#batch = [];
    const socket = this.#socket;
    if (!socket || batch.length === 0) return;
    this.#ticksUnderWay += 1;
    socket.write(Buffer.concat(batch), () => {
      if (this.#socket === socket) this.#ticksUnderWay -= 1;
    });
  }

  #noteWritten(recording: number, sequence: number): void {
    (this.#feeds.get(recording) ?? this.#ended.get(recording))?.noteWritten(sequence);
  }

  #drop(): void {
    this.#socket?.destroy();
    this.#socket = null;
    this.#ticksUnderWay = 0;
  }
}
