import { Schema, type Connection, type Model } from 'mongoose';
import type { ResultCode } from '#contracts/call-results.contract';
import type { CallId, CaseId, UserId } from '#contracts/ids.contract';
import { isDuplicateKey } from '../platform/database/mongo.ts';
import { guardScope, SYSTEM_SCOPE, type Scope } from '../platform/database/scope-guard.ts';
import type { HistoryEntry } from './case.model.ts';
import type { Attempt } from './contact-gate.model.ts';

type StoredEntry = Omit<HistoryEntry, 'id'> & { _id: string };

const schema = new Schema<StoredEntry>(
  {
    _id: { type: String, required: true },
    caseId: { type: String, required: true },
    categories: { type: [String], required: true },
    at: { type: String, required: true },
    kind: { type: String, required: true },
    direction: String,
    resultCode: String,
    talkSeconds: Number,
    amount: Number,
    categoryCode: String,
    note: String,
    by: String,
    byUserId: { type: String, default: null },
    callId: { type: String, default: null },
    hasRecording: { type: Boolean, default: false },
    isPart: Boolean,
  },
  { collection: 'timeline', versionKey: false, strict: 'throw' },
);
schema.index({ caseId: 1, at: -1 });
schema.index({ kind: 1, at: -1 });
schema.index({ callId: 1 });
schema.plugin(guardScope, { path: 'categories' });

export interface Conversation {
  caseId: CaseId;
  at: string;
}

/** One list of everything that happened with a resident: calls, payments, letters. */
export class TimelineStore {
  readonly #entries: Model<StoredEntry>;

  constructor(connection: Connection) {
    this.#entries = connection.model<StoredEntry>('TimelineEntry', schema);
  }

  async createIndexes(): Promise<void> {
    await this.#entries.createIndexes();
  }

  async listOf(scope: Scope, caseId: CaseId, limit: number): Promise<HistoryEntry[]> {
    const found = await this.#entries
      .find({ caseId })
      .setOptions({ scope })
      .sort({ at: -1, _id: 1 })
      .limit(limit)
      .lean<StoredEntry[]>();
    return found.map(({ _id, ...rest }) => ({ id: _id, ...rest }));
  }

  /** Outbound calls of one person since an instant, in all categories: the limits protect the person, not the category. */
  async listAttempts(caseId: CaseId, since: Date): Promise<Attempt[]> {
    const found = await this.#entries
      .find({ caseId, kind: 'call', direction: 'outbound', isPart: { $ne: true }, at: { $gte: since.toISOString() } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .lean<StoredEntry[]>();
    return found.flatMap(({ at, resultCode }) => (resultCode === undefined ? [] : [{ at, resultCode }]));
  }

  /** How many outbound calls each of these people got since an instant; one that was cancelled (71) rang at nobody. */
  async countAttempts(caseIds: readonly CaseId[], since: Date): Promise<Map<CaseId, number>> {
    const counted = await this.#entries.aggregate<{ _id: CaseId; count: number }>(
      [
        {
          $match: {
            caseId: { $in: [...caseIds] },
            kind: 'call',
            direction: 'outbound',
            isPart: { $ne: true },
            at: { $gte: since.toISOString() },
            resultCode: { $ne: '71' satisfies ResultCode },
          },
        },
        { $group: { _id: '$caseId', count: { $sum: 1 } } },
      ],
      { scope: SYSTEM_SCOPE },
    );
    return new Map(counted.map(({ _id, count }) => [_id, count]));
  }

  /** Results of the calls that one person of the centre made or took since an instant. */
  async listResultsBy(userId: UserId, since: Date): Promise<ResultCode[]> {
    const found = await this.#entries
      .find({ kind: 'call', byUserId: userId, at: { $gte: since.toISOString() } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .lean<StoredEntry[]>();
    return found.flatMap(({ resultCode }) => (resultCode === undefined ? [] : [resultCode]));
  }

  /** The first contact with each person since an instant (results 11 and 12, DOMAIN §4.8). */
  async listFirstContacts(since: Date): Promise<Conversation[]> {
    const found = await this.#entries.aggregate<{ _id: CaseId; at: string }>(
      [
        { $match: { kind: 'call', resultCode: { $in: ['11', '12'] }, at: { $gte: since.toISOString() } } },
        { $group: { _id: '$caseId', at: { $min: '$at' } } },
      ],
      { scope: SYSTEM_SCOPE },
    );
    return found.map(({ _id, at }) => ({ caseId: _id, at }));
  }

  /** Writes an entry once. Answers false when it is there already. */
  async add(entry: HistoryEntry): Promise<boolean> {
    const { id, ...rest } = entry;
    try {
      await this.#entries.create({ _id: id, ...rest });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async has(id: string): Promise<boolean> {
    return (await this.#entries.findOne({ _id: id }).setOptions({ scope: SYSTEM_SCOPE }).lean()) !== null;
  }

  /** The calls since an instant that have their entry. */
  async listCallIds(since: Date): Promise<Set<CallId>> {
    const found = await this.#entries
      .find({ kind: 'call', at: { $gte: since.toISOString() } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .lean<StoredEntry[]>();
    return new Set(found.flatMap(({ callId }) => (callId === null ? [] : [callId])));
  }

  /** The call's sound is there, and how long it lasted in case nobody knew when the entry was written. */
  async markRecorded(callId: CallId, talkSeconds: number): Promise<CaseId | null> {
    await this.#entries.updateOne({ callId, talkSeconds: 0 }, { $set: { talkSeconds } }).setOptions({ scope: SYSTEM_SCOPE });
    const found = await this.#entries
      .findOneAndUpdate({ callId }, { $set: { hasRecording: true } }, { returnDocument: 'after' })
      .setOptions({ scope: SYSTEM_SCOPE })
      .lean<StoredEntry>();
    return found?.caseId ?? null;
  }

  async addAll(entries: readonly HistoryEntry[]): Promise<void> {
    await this.#entries.insertMany(entries.map(({ id, ...rest }) => ({ _id: id, ...rest })));
  }
}
