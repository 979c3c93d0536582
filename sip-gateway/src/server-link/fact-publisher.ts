import type { Logger } from 'pino';
import { FACT_STREAM, factWatermark } from '#contracts/gateway.contract';
import type { Fact } from '#contracts/gateway.contract';
import type { GatewayId } from '#contracts/ids.contract';
import type { FactSink } from '../ports/control.port.ts';
import type { FactJournal } from './fact-journal.ts';
import type { Redis } from './redis-link.ts';

/** Journals every fact, then publishes it, in order; after an outage again whatever the server has not stored. */
export class FactPublisher implements FactSink {
  readonly #journal: FactJournal;
  readonly #redis: Redis;
  readonly #gatewayId: GatewayId;
  readonly #log: Logger;
  /** Highest number published since the connection came up. */
  #published = 0;
  /** True from the loss of the connection until everything the server has not stored is queued again: nothing may overtake it. */
  #isInterrupted = false;
  /** Publishing is one thing after another: a new fact never overtakes older ones that are published again. */
  #work: Promise<void> = Promise.resolve();
  readonly #listeners: ((fact: Fact) => void)[] = [];
  /** Stream ids of our published facts by number, until they are stored and deleted. */
  readonly #streamIds = new Map<number, string[]>();

  constructor(journal: FactJournal, redis: Redis, gatewayId: GatewayId, log: Logger) {
    this.#journal = journal;
    this.#redis = redis;
    this.#gatewayId = gatewayId;
    this.#log = log;
    redis.on('error', () => (this.#isInterrupted = true));
    redis.on('reconnecting', () => (this.#isInterrupted = true));
    redis.on('ready', () => void this.#enqueue(() => this.#republish()));
  }

  /** Tells of every fact as soon as it has its number; what the listener emits comes right after it. */
  listen(onFact: (fact: Fact) => void): void {
    this.#listeners.push(onFact);
  }

  emit(fact: Fact): void {
    void this.#journal.append(fact).then(() => this.flush());
    for (const onFact of this.#listeners) onFact(fact);
  }

  /** Reads what the server has stored and forgets it. Harmless while Redis is down. */
  async noteStored(): Promise<void> {
    try {
      const watermark = await this.#readWatermark();
      this.#journal.noteStored(watermark);
      await this.#deleteStored(watermark);
    } catch {
      // Redis is down: asked again with the next heartbeat.
    }
  }

  /** Goes on after the facts the server knows, also when this gateway's journal was lost. Harmless while Redis is down. */
  async resume(): Promise<void> {
    try {
      this.#journal.skipTo(await this.#readWatermark());
    } catch {
      this.#log.warn('Redis is down: facts are journalled and published later');
    }
  }

  /** Resolves when everything journalled is published, or Redis turned out to be down. */
  async flush(): Promise<void> {
    await this.#enqueue(() => this.#pump());
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work);
    return this.#work;
  }

  async #republish(): Promise<void> {
    await this.noteStored();
    this.#published = 0;
    this.#isInterrupted = !this.#redis.isReady;
    await this.#pump();
  }

  async #pump(): Promise<void> {
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        const id = await this.#redis.xAdd(FACT_STREAM, '*', { fact: JSON.stringify(next) });
        this.#streamIds.set(next.number, [...(this.#streamIds.get(next.number) ?? []), id]);
        this.#published = next.number;
      }
    } catch {
      // Redis is down: the connection's next `ready` publishes again from the watermark.
    }
  }

  #next(): ReturnType<FactJournal['nextAfter']> {
    return this.#redis.isReady && !this.#isInterrupted ? this.#journal.nextAfter(this.#published) : undefined;
  }

  async #readWatermark(): Promise<number> {
    const value = Number(await this.#redis.get(factWatermark(this.#gatewayId)));
    return Number.isInteger(value) && value > 0 ? value : 0;
  }

  /** The stream keeps only what somebody still has to read: stored facts of ours are deleted, others' are not touched. */
  async #deleteStored(watermark: number): Promise<void> {
    const numbers = [...this.#streamIds.keys()].filter((number) => number <= watermark);
    const ids = numbers.flatMap((number) => this.#streamIds.get(number) ?? []);
    if (ids.length === 0) return;
    await this.#redis.xDel(FACT_STREAM, ids);
    for (const number of numbers) this.#streamIds.delete(number);
  }
}
