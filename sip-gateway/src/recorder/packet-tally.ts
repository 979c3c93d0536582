import type { ChannelName } from '#contracts/recordings.contract';
import type { LegId } from '../ports/mixer.port.ts';
import type { PacketCounts } from '../ports/packet-counts.port.ts';

interface Running {
  readonly leg: LegId;
  readonly before: Promise<number | null>;
}

/** Adds up, channel by channel, what the media engine received of the parties while they were recorded. */
export class PacketTally {
  readonly #counts: PacketCounts;
  readonly #running = new Map<ChannelName, Running>();
  readonly #legs = new Map<ChannelName, LegId>();
  readonly #spans = new Map<ChannelName, Promise<number | null>[]>();
  #isPaused = false;

  constructor(counts: PacketCounts) {
    this.#counts = counts;
  }

  /** This party is recorded on this leg from now on; null: not at all. */
  assign(name: ChannelName, leg: LegId | null): void {
    this.#end(name);
    if (leg === null) this.#legs.delete(name);
    else this.#legs.set(name, leg);
    if (leg !== null && !this.#isPaused) this.#begin(name, leg);
  }

  pause(): void {
    this.#isPaused = true;
    for (const name of [...this.#running.keys()]) this.#end(name);
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    for (const [name, leg] of this.#legs) this.#begin(name, leg);
  }

  /** Ends the counting. A channel of which the engine did not know all is left out. */
  async finish(): Promise<Record<ChannelName, number>> {
    for (const name of [...this.#running.keys()]) this.#end(name);
    const totals: Record<ChannelName, number> = {};
    for (const [name, spans] of this.#spans) {
      const counted = await Promise.all(spans);
      if (counted.every((count) => count !== null)) totals[name] = counted.reduce((sum, count) => sum + count, 0);
    }
    return totals;
  }

  #begin(name: ChannelName, leg: LegId): void {
    this.#running.set(name, { leg, before: this.#ask(leg) });
  }

  #end(name: ChannelName): void {
    const running = this.#running.get(name);
    if (!running) return;
    this.#running.delete(name);
    const span = Promise.all([running.before, this.#ask(running.leg)]).then(([before, after]) => {
      // An engine that was restarted counts from the beginning.
      return before === null || after === null || after < before ? null : after - before;
    });
    this.#spans.set(name, [...(this.#spans.get(name) ?? []), span]);
  }

  #ask(leg: LegId): Promise<number | null> {
    return this.#counts.received(leg).catch(() => null);
  }
}
