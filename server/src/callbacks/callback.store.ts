import { Schema, type Connection, type Model } from 'mongoose';
import type { CallbackId } from '#contracts/callbacks.contract';
import { isDuplicateKey } from '../platform/database/mongo.ts';
import { guardScope, SYSTEM_SCOPE, type Scope } from '../platform/database/scope-guard.ts';
import type { Callback } from './callback.model.ts';

type StoredCallback = Omit<Callback, 'id'> & { _id: CallbackId };

const part = { _id: false, strict: 'throw' } as const;
const text = { type: String, default: null };

const schema = new Schema<StoredCallback>(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true },
    callIds: { type: [String], required: true },
    number: { type: String, required: true },
    categoryCode: { type: String, required: true },
    language: { type: String, required: true },
    candidates: [new Schema({ caseId: String, nameMasked: String }, part)],
    missedAt: { type: String, required: true },
    waitedSeconds: { type: Number, required: true },
    reason: { type: String, required: true },
    state: { type: String, required: true },
    takenBy: { type: new Schema({ userId: String, name: String }, part), default: null },
    dialled: [String],
    doneAt: text,
    openKey: text,
  },
  { collection: 'callbacks', versionKey: false, strict: 'throw' },
);
schema.index({ state: 1, missedAt: 1 });
schema.index({ openKey: 1 }, { unique: true, partialFilterExpression: { openKey: { $type: 'string' } } });
schema.plugin(guardScope, { path: 'categoryCode' });

const MAX_ATTEMPTS = 20;

/** Call-back tasks. Every query carries the caller's scope; every change names the version it was made on. */
export class CallbackStore {
  readonly #callbacks: Model<StoredCallback>;

  constructor(connection: Connection) {
    this.#callbacks = connection.model<StoredCallback>('Callback', schema);
  }

  async createIndexes(): Promise<void> {
    await this.#callbacks.createIndexes();
  }

  async find(scope: Scope, id: CallbackId): Promise<Callback | null> {
    const found = await this.#callbacks.findOne({ _id: id }).setOptions({ scope }).lean<StoredCallback>();
    return found === null ? null : toCallback(found);
  }

  /** The task under this key that is not done. */
  async findOpen(openKey: string): Promise<Callback | null> {
    const found = await this.#callbacks.findOne({ openKey }).setOptions({ scope: SYSTEM_SCOPE }).lean<StoredCallback>();
    return found === null ? null : toCallback(found);
  }

  /** Open and taken ones, the longest waiting first. */
  async listUndone(scope: Scope, limit: number): Promise<Callback[]> {
    const found = await this.#callbacks
      .find({ state: { $in: ['open', 'taken'] } })
      .setOptions({ scope })
      .sort({ missedAt: 1 })
      .limit(limit)
      .lean<StoredCallback[]>();
    return found.map(toCallback);
  }

  /** Answers false when it is there already, or another one under its open key. */
  async add(callback: Callback): Promise<boolean> {
    const { id, ...rest } = callback;
    try {
      await this.#callbacks.create({ _id: id, ...rest });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Applies `step` to the latest version; answering the same object changes nothing. Null when it is not there. */
  async change(
    scope: Scope,
    id: CallbackId,
    step: (callback: Callback) => Callback,
  ): Promise<{ before: Callback; after: Callback } | null> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const before = await this.find(scope, id);
      if (before === null) return null;
      const stepped = step(before);
      if (stepped === before) return { before, after: before };
      const after = { ...stepped, version: before.version + 1 };
      const { id: _id, ...rest } = after;
      const written = await this.#callbacks
        .replaceOne({ _id, version: before.version }, { _id, ...rest })
        .setOptions({ scope: SYSTEM_SCOPE });
      if (written.matchedCount === 1) return { before, after };
    }
    throw new Error('A call-back changed faster than it could be written.');
  }
}

function toCallback({ _id, ...rest }: StoredCallback): Callback {
  return { id: _id, ...rest };
}
