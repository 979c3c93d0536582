import { Schema, type Connection, type Model } from 'mongoose';
import type { AuditFact } from './audit-entry.model.ts';

/** What somebody set out to do. Kept until the entry with the outcome is in the chain. */
export interface AuditIntent extends Omit<AuditFact, 'outcome' | 'source'> {
  /** The source of the entry that settles it. */
  id: string;
  at: string;
}

type StoredIntent = Omit<AuditIntent, 'id'> & { _id: string };

const schema = new Schema<StoredIntent>(
  {
    _id: { type: String, required: true },
    at: { type: String, required: true },
    actorId: { type: String, default: null },
    action: { type: String, required: true },
    subject: { type: String, default: null },
    address: { type: String, default: '' },
  },
  { collection: 'auditIntents', versionKey: false, strict: 'throw' },
);
schema.index({ at: 1 });

/** Actions that were begun and have no audit entry yet. */
export class AuditIntentStore {
  readonly #intents: Model<StoredIntent>;

  constructor(connection: Connection) {
    this.#intents = connection.model<StoredIntent>('AuditIntent', schema);
  }

  async createIndexes(): Promise<void> {
    await this.#intents.createIndexes();
  }

  async add({ id, ...rest }: AuditIntent): Promise<void> {
    await this.#intents.create({ _id: id, ...rest });
  }

  async remove(id: string): Promise<void> {
    await this.#intents.deleteOne({ _id: id });
  }

  /** Those begun before an instant, oldest first. */
  async listBefore(instant: Date): Promise<AuditIntent[]> {
    const found = await this.#intents
      .find({ at: { $lt: instant.toISOString() } })
      .sort({ at: 1 })
      .lean<StoredIntent[]>();
    return found.map(({ _id, ...rest }) => ({ id: _id, ...rest }));
  }
}
