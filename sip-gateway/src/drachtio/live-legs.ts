import type Srf from 'drachtio-srf';
import type { Logger } from 'pino';

/** The legs that hold something at the SIP server, so that they can be told when it is lost, and be counted. */
export class LiveLegs {
  readonly #losses = new Set<() => void>();
  readonly #log: Logger;
  #byes = 0;
  readonly #empty: (() => void)[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** INVITEs and dialogs that are not over. */
  get size(): number {
    return this.#losses.size + this.#byes;
  }

  /** `onLost` is called when the SIP server is lost; the function returned forgets the leg. */
  add(onLost: () => void): () => void {
    this.#losses.add(onLost);
    return () => {
      this.#losses.delete(onLost);
      this.#noteEmpty();
    };
  }

  /** Resolves when nothing is held any more. */
  whenEmpty(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#empty.push(resolve));
  }

  /** The connection to the SIP server is gone, and every dialog with it. */
  loseAll(): void {
    for (const onLost of [...this.#losses]) onLost();
    this.#losses.clear();
    this.#byes = 0;
    this.#noteEmpty();
  }

  /** Sends BYE. A dialog that ended meanwhile is no error (RFC 3261 §15.1.2). */
  bye(dialog: Srf.Dialog): void {
    this.#byes += 1;
    dialog.destroy({ headers: {} }, (error: unknown) => {
      this.#byes = Math.max(0, this.#byes - 1);
      if (error) this.#log.info('A BYE found no dialog any more');
      this.#noteEmpty();
    });
  }

  #noteEmpty(): void {
    if (this.size === 0) for (const resolve of this.#empty.splice(0)) resolve();
  }
}
