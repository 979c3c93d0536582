import { computed, DestroyRef, inject, Injectable, signal } from '@angular/core';

/** The server's clock. A seat's own clock is never trusted for a timer or a date. */
@Injectable({ providedIn: 'root' })
export class Clock {
  readonly #offsetMs = signal(0);
  readonly #tick = signal(Date.now());
  readonly #timer = setInterval(() => this.#tick.set(Date.now()), 1000);

  /** Milliseconds since 1970 by the server's clock, once a second: for anything that is drawn. */
  readonly now = computed(() => this.#tick() + this.#offsetMs());

  constructor() {
    inject(DestroyRef).onDestroy(() => clearInterval(this.#timer));
  }

  /** Milliseconds since 1970 by the server's clock, at this moment. */
  serverNow(): number {
    return Date.now() + this.#offsetMs();
  }

  /** Sets the offset from an answer's `serverTime`. */
  sync(serverTime: string): void {
    const at = Date.parse(serverTime);
    if (Number.isNaN(at)) return;
    this.#offsetMs.set(at - Date.now());
    this.#tick.set(Date.now());
  }
}
