import type { CarrierCall } from './carrier-call.ts';

const KEPT_AFTER_THE_END = 50;

/** All calls that are up, and the last ones that ended. */
export class CallLog {
  readonly #calls = new Map<string, CarrierCall>();

  add(call: CarrierCall): void {
    this.#calls.set(call.id, call);
    this.#forgetOld();
  }

  find(id: string): CarrierCall | null {
    return this.#calls.get(id) ?? null;
  }

  newestFirst(): CarrierCall[] {
    this.#forgetOld();
    return [...this.#calls.values()].reverse();
  }

  /** Calls that are not over. */
  current(): CarrierCall[] {
    return this.newestFirst().filter((call) => call.state !== 'ended');
  }

  #forgetOld(): void {
    const ended = [...this.#calls.values()].filter((call) => call.state === 'ended');
    for (const old of ended.slice(0, -KEPT_AFTER_THE_END)) this.#calls.delete(old.id);
  }
}
