import type { Logger } from 'pino';
import { z } from 'zod';
import { CommandEnvelope, commandStream } from '#contracts/gateway.contract';
import type { CommandRefusal, CommandReply, GatewayCommand } from '#contracts/gateway.contract';
import type { GatewayId } from '#contracts/ids.contract';
import type { Clock } from '../ports/clock.port.ts';
import type { Redis } from './redis-link.ts';

const BLOCK_MS = 1_000;
const BATCH = 50;
const RETRY_MS = 100;
/** A command id is remembered this long; deadlines are far shorter. */
const REMEMBER_SECONDS = 3_600;
/** Nobody waits longer for a reply. */
const REPLY_SECONDS = 60;

/** Enough of a malformed command to tell its sender. */
const Addressee = z.object({ id: z.uuid(), replyTo: z.string().min(1) });

export interface CommandConsumerPorts {
  /** A connection of its own: reading blocks it. */
  readonly reader: Redis;
  readonly writer: Redis;
  readonly clock: Clock;
  readonly log: Logger;
  /** Carries a command out; null when it was taken. */
  execute(command: GatewayCommand): CommandRefusal | null;
}

/** Reads the server's commands and answers each: carried out at most once, and never late. */
export class CommandConsumer {
  readonly #ports: CommandConsumerPorts;
  readonly #stream: string;
  #lastId: string | null = null;
  #isRunning = false;

  constructor(ports: CommandConsumerPorts, gatewayId: GatewayId) {
    this.#ports = ports;
    this.#stream = commandStream(gatewayId);
  }

  /** Reads from now on: what was sent before is past, its senders have given up. */
  start(): void {
    this.#isRunning = true;
    void this.#read();
  }

  stop(): void {
    this.#isRunning = false;
  }

  async #read(): Promise<void> {
    while (this.#isRunning) {
      try {
        this.#lastId ??= await this.#newestId();
        await this.#readOnce(this.#lastId);
      } catch {
        // Redis is down or restarting; the client reconnects by itself.
        await new Promise<void>((resolve) => this.#ports.clock.schedule(RETRY_MS, resolve));
      }
    }
  }

  async #newestId(): Promise<string> {
    const newest = await this.#ports.reader.xRevRange(this.#stream, '+', '-', { COUNT: 1 });
    return newest?.[0]?.id ?? '0-0';
  }

  async #readOnce(lastId: string): Promise<void> {
    const streams = await this.#ports.reader.xRead({ key: this.#stream, id: lastId }, { BLOCK: BLOCK_MS, COUNT: BATCH });
    // The client types this reply loosely across protocol versions; the shape is checked here.
    const messages = StreamReply.parse(streams)?.[0]?.messages ?? [];
    for (const { id, message } of messages) {
      this.#lastId = id;
      if (this.#isRunning) await this.#handle(message['command'] ?? '');
    }
  }

  async #handle(text: string): Promise<void> {
    const value = parseJson(text);
    const envelope = CommandEnvelope.safeParse(value);
    if (envelope.success) {
      const { id, replyTo } = envelope.data;
      this.#reply(replyTo, toReply(id, await this.#carryOut(envelope.data)));
      return;
    }
    this.#ports.log.warn(
      { fields: envelope.error.issues.map((issue) => issue.path.join('.')) },
      'A malformed command was refused',
    );
    const addressee = Addressee.safeParse(value);
    if (addressee.success) this.#reply(addressee.data.replyTo, toReply(addressee.data.id, 'malformed'));
  }

  async #carryOut(envelope: CommandEnvelope): Promise<CommandRefusal | null> {
    if (Date.parse(envelope.deadline) <= this.#ports.clock.nowMs()) return 'expired';
    try {
      const isNew = await this.#ports.writer.set(`kk:command:${envelope.id}`, '1', {
        condition: 'NX',
        expiration: { type: 'EX', value: REMEMBER_SECONDS },
      });
      if (isNew === null) return 'repeated';
      const refusal = this.#ports.execute(envelope.command);
      this.#ports.log.info({ type: envelope.command.type, refusal }, 'A command was handled');
      return refusal;
    } catch (error) {
      this.#ports.log.error(
        { type: envelope.command.type, code: error instanceof Error ? error.name : 'unknown' },
        'A command failed',
      );
      return 'failed';
    }
  }

  #reply(replyTo: string, reply: CommandReply): void {
    const { writer, log } = this.#ports;
    Promise.all([writer.rPush(replyTo, JSON.stringify(reply)), writer.expire(replyTo, REPLY_SECONDS)]).catch(() => {
      log.warn('A reply could not be sent');
    });
  }
}

const StreamReply = z
  .array(z.object({ messages: z.array(z.object({ id: z.string(), message: z.record(z.string(), z.string()) })) }))
  .nullable();

const toReply = (id: string, refusal: CommandRefusal | null): CommandReply =>
  refusal === null ? { id, ok: true } : { id, ok: false, refusal };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
