import { createClient } from 'redis';
import {
  CommandEnvelope,
  FACT_STREAM,
  FactEnvelope,
  GATEWAYS,
  GATEWAY_NEWS,
  commandStream,
  factWatermark,
  phonePresence,
  type CommandRefusal,
  type Fact,
  type GatewayCommand,
  type GatewayNews,
  type TrunkStatus,
} from '#contracts/gateway.contract';
import { GatewayId, UserId } from '#contracts/ids.contract';
import { messagesOf } from '../platform/database/redis-stream.ts';

/** Speaks the gateway's side of contracts/gateway.contract.ts over Redis; tests decide what it refuses and what happens. */
export class FakeGateway {
  readonly id: GatewayId;
  readonly commands: GatewayCommand[] = [];
  /** What the next commands are refused with; 'silent' answers nothing. */
  refusal: CommandRefusal | 'silent' | null = null;
  readonly #url: string;
  readonly #journal: FactEnvelope[] = [];
  #client = createClient();
  #reader = createClient();
  #isRunning = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(url: string, id = 'gw-test') {
    this.#url = url;
    this.id = GatewayId.parse(id);
  }

  async start(): Promise<void> {
    this.#client = createClient({ url: this.#url });
    this.#reader = createClient({ url: this.#url });
    for (const client of [this.#client, this.#reader]) client.on('error', () => undefined); // it reconnects by itself
    await Promise.all([this.#client.connect(), this.#reader.connect()]);
    this.#isRunning = true;
    this.#reading = this.#readCommands();
    await this.beat();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#reader.destroy();
    await this.#reading;
    this.#client.destroy();
  }

  async beat(at = new Date(), trunks: TrunkStatus[] = []): Promise<void> {
    await this.#client.hSet(GATEWAYS, this.id, JSON.stringify({ at: at.toISOString(), calls: 0, draining: false, trunks }));
  }

  /** A browser phone came up: presence as the gateway keeps it, and the fact. */
  async phoneReady(user: string): Promise<void> {
    const userId = UserId.parse(user);
    await this.#client.set(phonePresence(userId), JSON.stringify({ gatewayId: this.id, since: new Date().toISOString() }));
    await this.tell({ type: 'phone.ready', userId, callId: null });
  }

  async phoneGone(user: string): Promise<void> {
    const userId = UserId.parse(user);
    await this.#client.del(phonePresence(userId));
    await this.tell({ type: 'phone.gone', userId, callId: null });
  }

  /** Says something that whoever does not listen misses. */
  async sayPassing(news: GatewayNews | string): Promise<void> {
    await this.#client.publish(GATEWAY_NEWS, typeof news === 'string' ? news : JSON.stringify(news));
  }

  /** Journals a fact and publishes it. */
  async tell(fact: Fact, at = new Date()): Promise<FactEnvelope> {
    const envelope = FactEnvelope.parse({ gatewayId: this.id, number: this.#journal.length + 1, at: at.toISOString(), fact });
    this.#journal.push(envelope);
    await this.publish(envelope);
    return envelope;
  }

  /** Publishes an envelope, also one that was published before. */
  async publish(envelope: unknown): Promise<void> {
    await this.#client.xAdd(FACT_STREAM, '*', { fact: JSON.stringify(envelope) });
  }

  /** What a gateway does after an outage: everything above the watermark again. */
  async publishAgain(): Promise<void> {
    const stored = await this.watermark();
    for (const envelope of this.#journal) if (envelope.number > stored) await this.publish(envelope);
  }

  async watermark(): Promise<number> {
    return Number((await this.#client.get(factWatermark(this.id))) ?? 0);
  }

  async #readCommands(): Promise<void> {
    let position = '0';
    while (this.#isRunning) {
      try {
        const reply: unknown = await this.#reader.xRead({ key: commandStream(this.id), id: position }, { BLOCK: 200, COUNT: 10 });
        for (const message of messagesOf(reply)) {
          position = message.id;
          await this.#receive(CommandEnvelope.parse(JSON.parse(message.message['command'] ?? '')));
        }
      } catch (error) {
        if (this.#isRunning) await new Promise((resolve) => setTimeout(resolve, 50));
        else return void error; // closed on purpose
      }
    }
  }

  async #receive({ id, replyTo, command }: CommandEnvelope): Promise<void> {
    this.commands.push(command);
    if (this.refusal === 'silent') return;
    const reply = this.refusal === null ? { id, ok: true } : { id, ok: false, refusal: this.refusal };
    await this.#client.rPush(replyTo, JSON.stringify(reply));
  }
}
