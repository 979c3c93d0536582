import { FramePacer, type FramesDue } from './frame-pacer.ts';

type Listener = (due: FramesDue) => void;

/** One timer for all RTP senders of the process: ticks every 20 ms by the monotonic clock while anybody listens. */
export class FrameClock {
  readonly #listeners = new Set<Listener>();
  #pacer: FramePacer | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** Calls `listener` at every tick until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#pacer) {
      this.#pacer = new FramePacer(performance.now());
      this.#schedule();
    }
    return () => this.#unsubscribe(listener);
  }

  #unsubscribe(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#pacer = null;
  }

  #schedule(): void {
    if (!this.#pacer) return;
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, this.#pacer.nextMs - performance.now()));
  }

  #tick(): void {
    const due = this.#pacer?.take(performance.now());
    if (due && due.send > 0) for (const listener of this.#listeners) listener(due);
    this.#schedule();
  }
}
