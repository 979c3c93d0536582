import { FRAME_MS } from '../frame.ts';

/** How a key was noticed: by a telephone-event (RFC 4733) or by its tones. */
export type DigitSource = 'event' | 'tones';

/** A gateway that sends both sends the one within this time of the other. */
const TOGETHER_TICKS = 500 / FRAME_MS;

/** Tells each key press once, although it may come twice: as an event and as tones. */
export class KeyPresses {
  #last: { readonly digit: string; readonly source: DigitSource; readonly tick: number } | null = null;

  /** Whether this is another key press than the one told last. */
  isNew(digit: string, source: DigitSource, tick: number): boolean {
    const last = this.#last;
    if (last && last.digit === digit && last.source !== source && tick - last.tick <= TOGETHER_TICKS) {
      // Its counterpart has come; the next of either kind is another press.
      this.#last = null;
      return false;
    }
    this.#last = { digit, source, tick };
    return true;
  }
}
