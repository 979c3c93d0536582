import { MixerError } from '../../ports/mixer.port.ts';
import type { Hearing, LegId, LegStatistics, RtpAddress } from '../../ports/mixer.port.ts';
import type { TickSummary } from '../mixer-protocol.ts';
import type { ShardCalls, ShardHandle } from './shard-handle.ts';

interface Home {
  readonly shard: ShardHandle;
  readonly slot: number;
}

/** All legs, on however many threads: each leg lives on one, and may be heard on every other. */
export class ShardPool {
  readonly #shards: readonly ShardHandle[];
  readonly #homes = new Map<LegId, Home>();
  readonly #opening = new Map<LegId, Promise<RtpAddress>>();
  readonly #freeSlots: number[];

  /** `slots`: how many legs there can be at all. */
  constructor(shards: readonly ShardHandle[], slots: number) {
    this.#shards = shards;
    this.#freeSlots = Array.from({ length: slots }, (_, index) => slots - 1 - index);
  }

  /** @throws MixerError `leg-exists`; `overloaded` or `no-port` when no thread takes it */
  async openLeg(leg: LegId): Promise<RtpAddress> {
    if (this.#homes.has(leg) || this.#opening.has(leg)) throw new MixerError('leg-exists', 'The leg is already open');
    const opened = this.#open(leg);
    this.#opening.set(leg, opened);
    try {
      return await opened;
    } finally {
      this.#opening.delete(leg);
    }
  }

  async closeLeg(leg: LegId): Promise<void> {
    await this.#opening.get(leg)?.catch(() => undefined);
    const home = this.#homes.get(leg);
    if (!home) return;
    this.#homes.delete(leg);
    await Promise.all(
      this.#shards.map((shard) => (shard === home.shard ? shard.call('closeLeg', leg) : shard.call('forgetLeg', leg))),
    );
    this.#freeSlots.push(home.slot);
  }

  /** Replaces the rows named, all or (when a leg is unknown) none. @throws MixerError `unknown-leg` */
  async setHearing(rows: readonly Hearing[]): Promise<void> {
    for (const row of rows) for (const leg of [row.leg, ...Object.keys(row.from)]) this.#homeOf(leg);
    await Promise.all(
      this.#shards.map(async (shard) => {
        const own = rows.filter(({ leg }) => this.#homeOf(leg).shard === shard);
        if (own.length > 0) await shard.call('setHearing', own);
      }),
    );
  }

  /** Asks the shard this leg lives on. @throws MixerError `unknown-leg`, and what the shard throws */
  async ask<K extends 'connectLeg' | 'sendDigits' | 'play' | 'stopPlaying' | 'playTone' | 'detectTones'>(
    method: K,
    ...args: Parameters<ShardCalls[K]>
  ): Promise<null> {
    await this.#homeOf(args[0]).shard.call(method, ...args);
    return null;
  }

  async useSounds(sounds: ReadonlyMap<string, Int16Array>): Promise<void> {
    await Promise.all(this.#shards.map((shard) => shard.call('useSounds', sounds)));
  }

  async listLegs(): Promise<LegStatistics[]> {
    return (await Promise.all(this.#shards.map((shard) => shard.call('listLegs')))).flat();
  }

  /** Of all threads together; the lateness of the least punctual one. */
  async takeTicks(): Promise<TickSummary> {
    const all = await Promise.all(this.#shards.map((shard) => shard.call('takeTicks')));
    return {
      run: all.reduce((sum, { run }) => sum + run, 0),
      skipped: all.reduce((sum, { skipped }) => sum + skipped, 0),
      latenessP99Ms: Math.max(...all.map(({ latenessP99Ms }) => latenessP99Ms)),
      latenessMaxMs: Math.max(...all.map(({ latenessMaxMs }) => latenessMaxMs)),
    };
  }

  /** On the thread with the fewest legs that takes it. */
  async #open(leg: LegId): Promise<RtpAddress> {
    const slot = this.#freeSlots.pop();
    if (slot === undefined) throw new MixerError('no-port', 'Every RTP port of the range is taken');
    try {
      const [shard, address] = await this.#openSomewhere(leg, slot);
      await Promise.all(this.#shards.filter((other) => other !== shard).map((other) => other.call('meetLeg', leg, slot)));
      this.#homes.set(leg, { shard, slot });
      return address;
    } catch (error) {
      this.#freeSlots.push(slot);
      throw error;
    }
  }

  async #openSomewhere(leg: LegId, slot: number): Promise<readonly [ShardHandle, RtpAddress]> {
    let refusal: unknown = null;
    for (const shard of this.#byLoad()) {
      try {
        return [shard, await shard.call('openLeg', leg, slot)];
      } catch (error) {
        refusal = error;
      }
    }
    throw refusal;
  }

  #byLoad(): ShardHandle[] {
    const legsOf = (shard: ShardHandle): number => [...this.#homes.values()].filter((home) => home.shard === shard).length;
    return this.#shards.toSorted((a, b) => legsOf(a) - legsOf(b));
  }

  #homeOf(leg: LegId): Home {
    const home = this.#homes.get(leg);
    if (!home) throw new MixerError('unknown-leg', 'No such leg is open');
    return home;
  }
}
