import { Schema, type Connection, type Model } from 'mongoose';
import type { RecordingAlarm } from '#contracts/recordings.contract';

type StoredAlarm = Omit<RecordingAlarm, 'id'> & { _id: string; endedAt: string | null; endedBy: string | null };

const schema = new Schema<StoredAlarm>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    callId: { type: String, default: null },
    at: { type: String, required: true },
    seconds: { type: Number, default: null },
    freePct: { type: Number, default: null },
    endedAt: { type: String, default: null },
    endedBy: { type: String, default: null },
  },
  { collection: 'recordingAlarms', versionKey: false, strict: 'throw', minimize: false },
);
schema.index({ endedAt: 1, at: -1 });

const MAX_OPEN = 100;

/** Alarms about recordings: open until somebody acknowledges them, or their cause is gone. */
export class AlarmStore {
  readonly #alarms: Model<StoredAlarm>;

  constructor(connection: Connection) {
    this.#alarms = connection.model<StoredAlarm>('RecordingAlarm', schema);
  }

  async createIndexes(): Promise<void> {
    await this.#alarms.createIndexes();
  }

  /** Raises it. False when the very same was raised before: facts may come twice. */
  async raise({ id, ...alarm }: RecordingAlarm): Promise<boolean> {
    const { upsertedCount } = await this.#alarms.updateOne(
      { _id: id },
      { $setOnInsert: { ...alarm, endedAt: null, endedBy: null } },
      { upsert: true },
    );
    return upsertedCount === 1;
  }

  /** Ends open alarms of this id or, for those of a disk, of all that begin with it. False when there was none. */
  async end(id: string, endedBy: string | null, at: Date): Promise<boolean> {
    const { modifiedCount } = await this.#alarms.updateMany(
      { _id: id, endedAt: null },
      { $set: { endedAt: at.toISOString(), endedBy } },
    );
    return modifiedCount > 0;
  }

  /** The disk of a gateway has another level: what was said of it before is over. */
  async endDiskAlarms(gatewayId: string, at: Date): Promise<void> {
    await this.#alarms.updateMany(
      { _id: { $regex: `^disk:${gatewayId.replace(/[^A-Za-z0-9_-]/g, '\\$&')}:` }, endedAt: null },
      { $set: { endedAt: at.toISOString() } },
    );
  }

  /** Newest first. */
  async listOpen(): Promise<RecordingAlarm[]> {
    const found = await this.#alarms.find({ endedAt: null }).sort({ at: -1 }).limit(MAX_OPEN).lean<StoredAlarm[]>();
    return found.map(({ _id, kind, callId, at, seconds, freePct }) => ({ id: _id, kind, callId, at, seconds, freePct }));
  }
}
