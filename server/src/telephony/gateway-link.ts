import { randomUUID } from 'node:crypto';
import {
  CommandReply,
  commandStream,
  phonePresence,
  PhonePresence,
  type CommandEnvelope,
  type CommandRefusal,
  type GatewayCommand,
} from '#contracts/gateway.contract';
import type { GatewayId, UserId } from '#contracts/ids.contract';
import type { ProblemCode } from '#contracts/problem.contract';
import { GatewayRefusal } from '../calls/call.ports.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redis } from '../platform/database/redis.ts';
import { DomainError, describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logging/logger.ts';

/** After this the gateway refuses the command: nobody is dialled because a queue was slow. */
export const COMMAND_LIFE_MS = 2_000;
/** The reply of a command accepted at the last moment still has to travel. */
const REPLY_GRACE_MS = 500;
const REPLY_WAIT_SECONDS = 5;
const RETRY_MS = 200;

const PROBLEM_OF_REFUSAL: Record<CommandRefusal, ProblemCode> = {
  expired: 'gateway.command-expired',
  repeated: 'gateway.command-repeated',
  malformed: 'internal.error',
  'phone-not-ready': 'phone.not-ready',
  'agent-busy': 'call.agent-busy',
  'unknown-call': 'call.invalid-state',
  'invalid-state': 'call.invalid-state',
  draining: 'gateway.unavailable',
  'no-room-for-recording': 'recording.no-room',
  failed: 'gateway.unavailable',
};

interface Waiting {
  settle(reply: CommandReply): void;
}

/** Commands to the SIP gateways, each answered within its deadline or counted as not carried out. */
export class GatewayLink {
  readonly #redis: Redis;
  readonly #blocking: Redis;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #replyTo = `kk:server:${randomUUID()}:replies`;
  readonly #waiting = new Map<string, Waiting>();
  #isRunning = false;
  #listening: Promise<void> = Promise.resolve();

  /** `blocking` must be a connection of its own: it waits in BLPOP all the time. */
  constructor(connections: { redis: Redis; blocking: Redis }, logger: Logger, clock: Clock) {
    this.#redis = connections.redis;
    this.#blocking = connections.blocking;
    this.#logger = logger;
    this.#clock = clock;
  }

  start(): void {
    this.#isRunning = true;
    this.#listening = this.#listen();
  }

  /** Stops waiting for replies; the blocking connection is closed. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#blocking.destroy();
    await this.#listening;
  }

  /** Which gateway holds this person's media session. Throws phone.not-ready when none does. */
  async findGatewayOf(userId: UserId): Promise<GatewayId> {
    const text = await this.#redis.get(phonePresence(userId));
    if (text === null) throw new DomainError('phone.not-ready');
    return PhonePresence.parse(JSON.parse(text)).gatewayId;
  }

  /** Resolves when the gateway has accepted the command. Throws the refusal, or gateway.unavailable when no reply came in time. */
  async send(gatewayId: GatewayId, command: GatewayCommand): Promise<void> {
    const envelope: CommandEnvelope = {
      id: randomUUID(),
      deadline: new Date(this.#clock.now().getTime() + COMMAND_LIFE_MS).toISOString(),
      replyTo: this.#replyTo,
      command,
    };
    const reply = await this.#exchange(gatewayId, envelope);
    if (!reply.ok) throw new GatewayRefusal(PROBLEM_OF_REFUSAL[reply.refusal], reply.refusal);
  }

  async #exchange(gatewayId: GatewayId, envelope: CommandEnvelope): Promise<CommandReply> {
    const { promise, resolve, reject } = Promise.withResolvers<CommandReply>();
    const timer = setTimeout(() => reject(new DomainError('gateway.unavailable')), COMMAND_LIFE_MS + REPLY_GRACE_MS);
    this.#waiting.set(envelope.id, { settle: resolve });
    try {
      const fields = { command: JSON.stringify(envelope) };
      const appended = this.#redis.xAdd(commandStream(gatewayId), '*', fields, {
        TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: 10_000 },
      });
      appended.catch((error: unknown) => reject(new DomainError('gateway.unavailable', undefined, { cause: error })));
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(envelope.id);
    }
  }

  async #listen(): Promise<void> {
    while (this.#isRunning) {
      try {
        const popped = await this.#blocking.blPop(this.#replyTo, REPLY_WAIT_SECONDS);
        if (popped !== null) this.#deliver(popped.element);
      } catch (error) {
        if (!this.#isRunning) return;
        this.#logger.warn(describeError(error), 'Replies of the gateway cannot be read; trying again.');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #deliver(text: string): void {
    const parsed = CommandReply.safeParse(parseJson(text));
    if (!parsed.success) return this.#logger.error('The gateway sent a reply that is not one.');
    // Nobody waits any longer for a reply that comes after its deadline.
    this.#waiting.get(parsed.data.id)?.settle(parsed.data);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
