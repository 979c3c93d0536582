import { once } from 'node:events';
import net from 'node:net';
import { encodeFrameMessage, HELLO } from '../recorder/frame-stream.ts';
import type { RecordingTap } from './audio-bridge.ts';
import { FRAME_SAMPLES } from './frame.ts';
import type { Leg } from './leg.ts';

/** 5 s of ticks. Beyond that the recorder is taken for dead: audio goes on, recordings fail with a reason. */
const MAX_TICKS_UNDER_WAY = 250;
const HELLO_TIMEOUT_MS = 2000;
const SILENCE = new Int16Array(FRAME_SAMPLES);

/** The mixer's side of the frame stream: never waits, one write per tick for all recordings together. */
export class RecorderLink {
  readonly #onFailed: (recording: number, reason: string) => void;
  readonly #ticks = new Map<number, number>();
  #socket: net.Socket | null = null;
  #batch: Buffer[] = [];
  #ticksUnderWay = 0;

  constructor(onFailed: (recording: number, reason: string) => void) {
    this.#onFailed = onFailed;
  }

  get isConnected(): boolean {
    return this.#socket !== null;
  }

  /** Connects to the recorder; resolves when it has accepted. */
  async connect(socketPath: string): Promise<void> {
    this.#lose();
    const socket = net.connect(socketPath);
    try {
      const hello: unknown = (await once(socket, 'data', { signal: AbortSignal.timeout(HELLO_TIMEOUT_MS) }))[0];
      if (!Buffer.isBuffer(hello) || !hello.equals(HELLO)) throw new Error('The recorder did not greet as one');
    } catch (error) {
      socket.destroy();
      throw error;
    }
    this.#socket = socket;
    this.#ticksUnderWay = 0;
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (this.#socket === socket) this.#lose();
    });
  }

  /** A tap whose frames go to this recording. */
  open(recording: number): RecordingTap {
    this.#ticks.set(recording, 0);
    return {
      onFrame: (legs) => this.#addFrame(recording, legs),
      onSkip: (ticks) => this.#addGap(recording, ticks),
    };
  }

  /** Sends the end mark after everything sent before. False when the recording has failed or never was. */
  end(recording: number): boolean {
    const tick = this.#ticks.get(recording);
    if (tick === undefined) return false;
    this.#ticks.delete(recording);
    this.#batch.push(encodeFrameMessage({ kind: 'end', recording, tick }));
    this.#write();
    return true;
  }

  /** Hands this tick's messages to the socket; call once per tick. */
  flush(): void {
    if (this.#batch.length === 0) return;
    this.#write();
    if (this.#ticksUnderWay > MAX_TICKS_UNDER_WAY) this.#failAll('recorder too slow');
  }

  #write(): void {
    const batch = this.#batch;
    this.#batch = [];
    if (!this.#socket) return;
    this.#ticksUnderWay += 1;
    this.#socket.write(Buffer.concat(batch), () => {
      this.#ticksUnderWay -= 1;
    });
  }

  #addFrame(recording: number, legs: readonly (Leg | null)[]): void {
    const channels = legs.map((leg) => ({ isPlayed: leg?.isFramePlayed ?? false, samples: leg?.frame ?? SILENCE }));
    this.#batch.push(encodeFrameMessage({ kind: 'frame', recording, tick: this.#advance(recording, 1), channels }));
  }

  #addGap(recording: number, ticks: number): void {
    this.#batch.push(encodeFrameMessage({ kind: 'gap', recording, tick: this.#advance(recording, ticks), ticks }));
  }

  #advance(recording: number, ticks: number): number {
    const tick = this.#ticks.get(recording) ?? 0;
    this.#ticks.set(recording, tick + ticks);
    return tick;
  }

  #lose(): void {
    this.#socket?.destroy();
    this.#socket = null;
    this.#batch = [];
    this.#failAll('recorder lost');
  }

  /** End marks are few and small: they go out even over the limit, so that a recorder that wakes up completes its files. */
  #failAll(reason: string): void {
    const open = [...this.#ticks];
    this.#ticks.clear();
    for (const [recording, tick] of open) this.#batch.push(encodeFrameMessage({ kind: 'end', recording, tick }));
    this.#write();
    for (const [recording] of open) this.#onFailed(recording, reason);
  }
}
