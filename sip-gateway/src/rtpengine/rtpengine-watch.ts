import type { Clock } from '../ports/clock.port.ts';
import type { RtpengineMedia } from './rtpengine-media.ts';

const PING_EVERY_MS = 2_000;

/** Notices when rtpengine stops answering, and when it comes back. */
export class RtpengineWatch {
  readonly #media: RtpengineMedia;
  readonly #clock: Clock;
  readonly #onLost: () => void;
  #cancel: () => void = () => undefined;
  #isRunning = false;
  #isAlive = true;

  constructor(media: RtpengineMedia, clock: Clock, onLost: () => void) {
    this.#media = media;
    this.#clock = clock;
    this.#onLost = onLost;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  start(): void {
    this.#isRunning = true;
    this.#plan();
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancel();
  }

  #plan(): void {
    this.#cancel = this.#clock.schedule(PING_EVERY_MS, () => void this.#check());
  }

  async #check(): Promise<void> {
    const isAlive = await this.#media.ping();
    if (!this.#isRunning) return;
    if (this.#isAlive && !isAlive) this.#onLost();
    this.#isAlive = isAlive;
    this.#plan();
  }
}
