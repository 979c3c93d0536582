import { Schema, type Connection, type Model } from 'mongoose';
import type { CallId, CategoryCode, UserId } from '#contracts/ids.contract';
import { RECORDINGS_PER_PAGE, type HoldKind, type RecordingRow } from '#contracts/recordings.contract';
import { isDuplicateKey } from '../platform/database/mongo.ts';
import { guardScope, SYSTEM_SCOPE, type Scope } from '../platform/database/scope-guard.ts';
import type { Recording } from './recording.model.ts';

type StoredRecording = Omit<Recording, 'callId'> & { _id: CallId };

const text = { type: String, required: true };
const number = { type: Number, required: true };

const schema = new Schema<StoredRecording>(
  {
    _id: text,
    agentId: { type: String, default: null },
    categoryCode: text,
    gatewayId: text,
    startedAt: text,
    seconds: number,
    file: text,
    channels: [String],
    sha256: text,
    sealedBytes: number,
    chainNumber: number,
    chainLink: text,
    check: text,
    gapSeconds: number,
    holds: [String],
    purgedAt: { type: String, default: null },
  },
  { collection: 'recordings', versionKey: false, strict: 'throw', minimize: false },
);
schema.index({ startedAt: -1 });
schema.index({ agentId: 1, startedAt: -1 });
schema.index({ categoryCode: 1, startedAt: 1 });
schema.plugin(guardScope, { path: 'categoryCode' });

/** What to look for; null and false mean any. */
export interface RecordingFilter {
  from: Date | null;
  until: Date | null;
  agentId: UserId | null;
  categoryCode: CategoryCode | null;
  hasGap: boolean;
  isHeld: boolean;
}

export interface RecordingTotals {
  seconds: number;
  bytes: number;
  heldSeconds: number;
  oldest: string | null;
  newest: string | null;
  secondsByCategory: ReadonlyMap<string, number>;
}

interface Group {
  _id: string | null;
  seconds: number;
  bytes: number;
  oldest: string;
  newest: string;
}

/** The book of sealed recordings. Every query carries the caller's scope. */
export class RecordingStore {
  readonly #recordings: Model<StoredRecording>;

  constructor(connection: Connection) {
    this.#recordings = connection.model<StoredRecording>('Recording', schema);
  }

  async createIndexes(): Promise<void> {
    await this.#recordings.createIndexes();
  }

  /** Adds it unless it is there already: facts may come twice. */
  async add({ callId, ...recording }: Recording): Promise<void> {
    try {
      await this.#recordings.create({ _id: callId, ...recording });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  async find(scope: Scope, callId: CallId): Promise<Recording | null> {
    const found = await this.#recordings.findOne({ _id: callId }).setOptions({ scope }).lean<StoredRecording>();
    return found === null ? null : toRecording(found);
  }

  async noteCheck(callId: CallId, check: RecordingRow['check'], gapSeconds: number): Promise<void> {
    await this.#recordings.updateOne({ _id: callId }, { $set: { check, gapSeconds } }).setOptions({ scope: SYSTEM_SCOPE });
  }

  /** Newest first, one page of them; those that were deleted are left out. */
  async search(scope: Scope, filter: RecordingFilter, page: number): Promise<{ found: Recording[]; total: number }> {
    const query = toQuery(filter);
    const [found, total] = await Promise.all([
      this.#recordings
        .find(query)
        .setOptions({ scope })
        .sort({ startedAt: -1 })
        .skip(page * RECORDINGS_PER_PAGE)
        .limit(RECORDINGS_PER_PAGE)
        .lean<StoredRecording[]>(),
      this.#recordings.countDocuments(query).setOptions({ scope }),
    ]);
    return { found: found.map(toRecording), total };
  }

  async setHold(scope: Scope, callId: CallId, kind: HoldKind, isHeld: boolean): Promise<Recording | null> {
    const change = isHeld ? { $addToSet: { holds: kind } } : { $pull: { holds: kind } };
    await this.#recordings.updateOne({ _id: callId, purgedAt: null }, change).setOptions({ scope });
    return await this.find(scope, callId);
  }

  /** Those of a category that began before an instant and are neither held nor deleted, oldest first. */
  async listExpired(categoryCode: CategoryCode, before: Date, limit: number): Promise<Recording[]> {
    const found = await this.#recordings
      .find({ categoryCode, startedAt: { $lt: before.toISOString() }, purgedAt: null, holds: { $size: 0 } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .sort({ startedAt: 1 })
      .limit(limit)
      .lean<StoredRecording[]>();
    return found.map(toRecording);
  }

  /** False when it was held or deleted meanwhile. */
  async markPurged(callId: CallId, at: Date): Promise<boolean> {
    const { modifiedCount } = await this.#recordings
      .updateOne({ _id: callId, purgedAt: null, holds: { $size: 0 } }, { $set: { purgedAt: at.toISOString() } })
      .setOptions({ scope: SYSTEM_SCOPE });
    return modifiedCount === 1;
  }

  /** The highest number in the chain that a gateway told; 0 when none did. */
  async lastChainNumber(): Promise<number> {
    const last = await this.#recordings.findOne().setOptions({ scope: SYSTEM_SCOPE }).sort({ chainNumber: -1 }).lean<StoredRecording>();
    return last?.chainNumber ?? 0;
  }

  /** Everything that is stored. */
  async sumUp(): Promise<RecordingTotals> {
    const groups = await this.#group({ purgedAt: null }, '$categoryCode');
    const held = await this.#group({ purgedAt: null, 'holds.0': { $exists: true } }, null);
    const sum = (pick: (group: Group) => number): number => groups.reduce((total, group) => total + pick(group), 0);
    return {
      seconds: sum(({ seconds }) => seconds),
      bytes: sum(({ bytes }) => bytes),
      heldSeconds: held[0]?.seconds ?? 0,
      oldest: groups.map(({ oldest }) => oldest).sort()[0] ?? null,
      newest: groups.map(({ newest }) => newest).sort().at(-1) ?? null,
      secondsByCategory: new Map(groups.map(({ _id, seconds }) => [_id ?? '', seconds])),
    };
  }

  /** Seconds recorded since an instant, deleted ones too. */
  async secondsSince(since: Date): Promise<number> {
    return (await this.#group({ startedAt: { $gte: since.toISOString() } }, null))[0]?.seconds ?? 0;
  }

  async #group(match: Record<string, unknown>, by: string | null): Promise<Group[]> {
    return await this.#recordings
      .aggregate<Group>([
        { $match: match },
        {
          $group: {
            _id: by,
            seconds: { $sum: '$seconds' },
            bytes: { $sum: '$sealedBytes' },
            oldest: { $min: '$startedAt' },
            newest: { $max: '$startedAt' },
          },
        },
      ])
      // mongoose types the options of aggregations without those of plugins.
      .option({ scope: SYSTEM_SCOPE });
  }
}

function toQuery({ from, until, agentId, categoryCode, hasGap, isHeld }: RecordingFilter): Record<string, unknown> {
  const startedAt = { ...(from && { $gte: from.toISOString() }), ...(until && { $lt: until.toISOString() }) };
  return {
    purgedAt: null,
    ...((from ?? until) && { startedAt }),
    ...(agentId && { agentId }),
    ...(categoryCode && { categoryCode }),
    ...(hasGap && { check: 'gap' }),
    ...(isHeld && { 'holds.0': { $exists: true } }),
  };
}

function toRecording({ _id, ...rest }: StoredRecording): Recording {
  return { callId: _id, ...rest };
}
