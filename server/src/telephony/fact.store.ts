import { Schema, type Connection, type Model } from 'mongoose';
import type { FactEnvelope } from '#contracts/gateway.contract';
import type { GatewayId } from '#contracts/ids.contract';
import { isDuplicateKey } from '../platform/database/mongo.ts';

interface StoredFact {
  gatewayId: GatewayId;
  number: number;
  at: string;
  type: string;
  fact: unknown;
  /** stored: its effects may be missing; applied: they are there; failed: somebody must look. */
  state: 'stored' | 'applied' | 'failed';
}

const schema = new Schema<StoredFact>(
  {
    gatewayId: { type: String, required: true },
    number: { type: Number, required: true },
    at: { type: String, required: true },
    type: { type: String, required: true },
    fact: { type: Schema.Types.Mixed, required: true },
    state: { type: String, required: true },
  },
  { collection: 'facts', versionKey: false, strict: 'throw' },
);
schema.index({ gatewayId: 1, number: 1 }, { unique: true });

interface StoredWatermark {
  _id: GatewayId;
  number: number;
}

const watermarkSchema = new Schema<StoredWatermark>(
  { _id: { type: String, required: true }, number: { type: Number, required: true } },
  { collection: 'factWatermarks', versionKey: false, strict: 'throw' },
);

/** Every fact the gateways ever told, once. */
export class FactStore {
  readonly #facts: Model<StoredFact>;
  readonly #watermarks: Model<StoredWatermark>;

  constructor(connection: Connection) {
    this.#facts = connection.model<StoredFact>('Fact', schema);
    this.#watermarks = connection.model<StoredWatermark>('FactWatermark', watermarkSchema);
  }

  async createIndexes(): Promise<void> {
    await this.#facts.createIndexes();
  }

  /** Stores the fact unless it is there, and answers what is known of it. */
  async store({ gatewayId, number, at, fact }: FactEnvelope): Promise<StoredFact['state']> {
    try {
      await this.#facts.create({ gatewayId, number, at, type: fact.type, fact, state: 'stored' });
      return 'stored';
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const known = await this.#facts.findOne({ gatewayId, number }).lean<StoredFact>();
    return known?.state ?? 'stored';
  }

  async finish(key: { gatewayId: GatewayId; number: number }, state: 'applied' | 'failed'): Promise<void> {
    await this.#facts.updateOne({ gatewayId: key.gatewayId, number: key.number }, { $set: { state } });
  }

  async has(gatewayId: GatewayId, number: number): Promise<boolean> {
    return (await this.#facts.findOne({ gatewayId, number }).lean()) !== null;
  }

  /** Up to this number every fact of the gateway is stored. */
  async watermark(gatewayId: GatewayId): Promise<number> {
    return (await this.#watermarks.findOne({ _id: gatewayId }).lean<StoredWatermark>())?.number ?? 0;
  }

  async setWatermark(gatewayId: GatewayId, number: number): Promise<void> {
    await this.#watermarks.updateOne({ _id: gatewayId }, { $set: { number } }, { upsert: true });
  }

  async listWatermarks(): Promise<{ gatewayId: GatewayId; number: number }[]> {
    const found = await this.#watermarks.find({}).lean<StoredWatermark[]>();
    return found.map(({ _id, number }) => ({ gatewayId: _id, number }));
  }
}
