import { FACT_GROUP, FACT_STREAM, FactEnvelope, factWatermark } from '#contracts/gateway.contract';
import type { GatewayId } from '#contracts/ids.contract';
import type { Redis } from '../platform/database/redis.ts';
import { messagesOf, type StreamMessage } from '../platform/database/redis-stream.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logging/logger.ts';
import type { FactStore } from './fact.store.ts';
import { Lease } from './lease.ts';

const CONSUMER = 'reader';
const BATCH = 50;
/** Shorter than the lease, which is renewed once per round. */
const BLOCK_MS = 1_000;
const WAIT_FOR_LEASE_MS = 500;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 3_000;
/** A fact whose effects fail this often for no reason of the network is set aside, so that it cannot stop all telephony. */
const MAX_ATTEMPTS = 5;
const REJECTED_STREAM = 'kk:facts:rejected';

/** Carries out what follows from a fact. May be called again for the same fact and must then change nothing more. */
export type ApplyFact = (envelope: FactEnvelope) => Promise<void>;

/**
 * Reads the gateways' facts: each is stored in MongoDB once, applied, acknowledged, and counted in the watermark, in this order.
 * One process at a time reads, so that the facts of a call are applied in their order. Outages are waited for; nothing is skipped.
 */
export class FactConsumer {
  readonly #redis: Redis;
  readonly #blocking: Redis;
  readonly #store: FactStore;
  readonly #apply: ApplyFact;
  readonly #logger: Logger;
  readonly #lease: Lease;
  readonly #attempts = new Map<string, number>();
  #isRunning = false;
  #work: Promise<void> = Promise.resolve();

  /** `blocking` must be a connection of its own. */
  constructor(connections: { redis: Redis; blocking: Redis }, store: FactStore, apply: ApplyFact, logger: Logger) {
    this.#redis = connections.redis;
    this.#blocking = connections.blocking;
    this.#store = store;
    this.#apply = apply;
    this.#logger = logger;
    this.#lease = new Lease(connections.redis, 'kk:facts:lease');
  }

  start(): void {
    this.#isRunning = true;
    this.#work = this.#run();
  }

  /** Finishes the fact at hand, gives the lease back and stops; the blocking connection is closed. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#blocking.destroy();
    await this.#work;
    await this.#lease.release().catch(() => undefined); // it expires by itself
  }

  async #run(): Promise<void> {
    let delayMs = RETRY_MIN_MS;
    let isPrepared = false;
    while (this.#isRunning) {
      try {
        if (!(await this.#lease.hold())) {
          isPrepared = false;
          await pause(WAIT_FOR_LEASE_MS);
          continue;
        }
        if (!isPrepared) await this.#prepare();
        isPrepared = true;
        await this.#readNew();
        delayMs = RETRY_MIN_MS;
      } catch (error) {
        if (!this.#isRunning) return;
        isPrepared = false;
        this.#logger.warn(describeError(error), 'Facts cannot be read or stored; trying again.');
        await pause(delayMs);
        delayMs = Math.min(delayMs * 2, RETRY_MAX_MS);
      }
    }
  }

  /** After a start or an outage: the group exists, the watermarks are where they were, and what was left unfinished is done first. */
  async #prepare(): Promise<void> {
    await this.#redis.xGroupCreate(FACT_STREAM, FACT_GROUP, '0', { MKSTREAM: true }).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
    });
    for (const { gatewayId, number } of await this.#store.listWatermarks())
      await this.#redis.set(factWatermark(gatewayId), String(number));
    for (let cursor = '0-0'; ;) {
      const claimed = await this.#redis.xAutoClaim(FACT_STREAM, FACT_GROUP, CONSUMER, 0, cursor, { COUNT: BATCH });
      for (const message of claimed.messages) if (message !== null) await this.#take(message);
      if (claimed.nextId === '0-0') return;
      cursor = claimed.nextId;
    }
  }

  async #readNew(): Promise<void> {
    const reply: unknown = await this.#blocking.xReadGroup(
      FACT_GROUP,
      CONSUMER,
      { key: FACT_STREAM, id: '>' },
      { COUNT: BATCH, BLOCK: BLOCK_MS },
    );
    for (const message of messagesOf(reply)) {
      await this.#take(message);
      if (!(await this.#lease.hold())) throw new Error('The lease on facts was lost.');
    }
  }

  async #take({ id, message }: StreamMessage): Promise<void> {
    const parsed = FactEnvelope.safeParse(parseJson(message['fact']));
    if (!parsed.success) {
      this.#logger.error({ messageId: id }, 'A fact does not match its contract and was set aside.');
      await this.#redis.xAdd(REJECTED_STREAM, '*', message);
      await this.#redis.xAck(FACT_STREAM, FACT_GROUP, id);
      return;
    }
    await this.#digest(parsed.data);
    await this.#redis.multi().xAck(FACT_STREAM, FACT_GROUP, id).xDel(FACT_STREAM, id).exec();
    await this.#raiseWatermark(parsed.data);
  }

  async #digest(envelope: FactEnvelope): Promise<void> {
    if ((await this.#store.store(envelope)) !== 'stored') return;
    const key = `${envelope.gatewayId}:${envelope.number}`;
    try {
      await this.#apply(envelope);
    } catch (error) {
      const attempts = (this.#attempts.get(key) ?? 0) + 1;
      this.#attempts.set(key, attempts);
      if (attempts < MAX_ATTEMPTS || isOutage(error)) throw error;
      this.#logger.error(
        { gatewayId: envelope.gatewayId, number: envelope.number, ...describeError(error) },
        'A fact could not be applied and was set aside.',
      );
      await this.#store.finish(envelope, 'failed');
      return;
    }
    this.#attempts.delete(key);
    await this.#store.finish(envelope, 'applied');
  }

  /** The watermark names the highest number below which nothing is missing, so that a gap is published again by the gateway. */
  async #raiseWatermark({ gatewayId, number }: { gatewayId: GatewayId; number: number }): Promise<void> {
    const before = await this.#store.watermark(gatewayId);
    let reached = before;
    while (reached + 1 === number || (reached < number && (await this.#store.has(gatewayId, reached + 1)))) reached += 1;
    if (reached === number && reached > before) while (await this.#store.has(gatewayId, reached + 1)) reached += 1;
    if (reached > before) await this.#store.setWatermark(gatewayId, reached);
    await this.#redis.set(factWatermark(gatewayId), String(reached));
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

const OUTAGES = new Set([
  'MongoNetworkError',
  'MongoServerSelectionError',
  'MongoNotConnectedError',
  'MongooseServerSelectionError',
  'MongoPoolClearedError',
]);

/** An error of the connection to a database, which passes by itself. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    OUTAGES.has(error.name) ||
    error.constructor.name.startsWith('Mongo') ||
    /Socket|Client|Timeout|Connection/.test(error.constructor.name)
  );
}
