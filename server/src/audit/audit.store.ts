import { Schema, type Connection, type Model } from 'mongoose';
import { isDuplicateKey } from '../platform/database/mongo.ts';
import type { AuditEntry } from './audit-entry.model.ts';

interface StoredEntry extends Omit<AuditEntry, 'sequence'> {
  _id: number;
}

const schema = new Schema<StoredEntry>(
  {
    _id: { type: Number, required: true },
    at: { type: String, required: true },
    actorId: { type: String, default: null },
    action: { type: String, required: true },
    subject: { type: String, default: null },
    address: { type: String, default: '' },
    outcome: { type: String, required: true },
    source: { type: String, default: null },
    previousHash: { type: String, required: true },
    hash: { type: String, required: true },
  },
  { collection: 'auditLog', versionKey: false, strict: 'throw' },
);
schema.index({ actorId: 1, at: -1 });
schema.index({ subject: 1, at: -1 });
schema.index({ source: 1 });

/** The append-only collection: it offers no way to change or remove an entry. */
export class AuditStore {
  readonly #entries: Model<StoredEntry>;

  constructor(connection: Connection) {
    this.#entries = connection.model<StoredEntry>('AuditEntry', schema);
  }

  async createIndexes(): Promise<void> {
    await this.#entries.createIndexes();
  }

  async last(): Promise<AuditEntry | null> {
    const found = await this.#entries.findOne().sort({ _id: -1 }).lean();
    return found === null ? null : toEntry(found);
  }

  async hasSource(source: string): Promise<boolean> {
    return (await this.#entries.findOne({ source }).lean()) !== null;
  }

  /** Answers false when another process took the sequence number first. */
  async insert(entry: AuditEntry): Promise<boolean> {
    const { sequence, ...rest } = entry;
    try {
      await this.#entries.create({ _id: sequence, ...rest });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Entries in their order, from a sequence number on. */
  async listFrom(sequence: number, limit: number): Promise<AuditEntry[]> {
    const found = await this.#entries
      .find({ _id: { $gte: sequence } })
      .sort({ _id: 1 })
      .limit(limit)
      .lean();
    return found.map(toEntry);
  }
}

function toEntry({ _id, ...rest }: StoredEntry): AuditEntry {
  return { sequence: _id, ...rest };
}
