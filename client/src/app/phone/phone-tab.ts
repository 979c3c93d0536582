import { Injectable } from '@angular/core';

const LOCK = 'kk.phone';

/**
 * One phone per browser: two tabs of one person would take the media session from each other for ever.
 * A Web Lock is given back by the browser even when a tab crashes, and to a reloaded page within milliseconds.
 */
@Injectable({ providedIn: 'root' })
export class PhoneTab {
  #release: (() => void) | null = null;

  /** Resolves with whether this tab may have the phone. `lost` is called when another tab takes it. */
  claim(takeOver: boolean, lost: () => void): Promise<boolean> {
    if (this.#release) return Promise.resolve(true);
    return new Promise((resolve) => {
      const options: LockOptions = takeOver ? { steal: true } : { signal: AbortSignal.timeout(1_000) };
      navigator.locks
        .request(LOCK, options, () => {
          resolve(true);
          return new Promise<void>((release) => (this.#release = release));
        })
        .catch(() => {
          const wasOurs = this.#release !== null;
          this.#release = null;
          resolve(false);
          if (wasOurs) lost();
        });
    });
  }

  release(): void {
    this.#release?.();
    this.#release = null;
  }
}
