import { Schema, type Connection, type Model } from 'mongoose';
import type { CallId, CaseId, CategoryCode, GatewayId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { isDuplicateKey } from '../platform/database/mongo.ts';
import { guardScope, SYSTEM_SCOPE, type Scope } from '../platform/database/scope-guard.ts';
import type { Call } from './call.model.ts';

type StoredCall = Omit<Call, 'id'> & { _id: CallId };

const part = { _id: false, strict: 'throw' } as const;
const text = { type: String, default: null };

const candidate = new Schema(
  { caseId: String, nameMasked: String, kanaMasked: String, birthYearMasked: String, ward: String, categories: [String] },
  part,
);
const recording = new Schema(
  { state: String, file: text, seconds: Number, channels: [String], sha256: text, concealedFrames: [Number] },
  part,
);
const party = new Schema(
  {
    id: String,
    role: String,
    userId: text,
    label: String,
    standing: String,
    joinedAt: text,
    isMuted: Boolean,
    isHeld: Boolean,
    volume: Number,
    supervision: text,
    isHidden: Boolean,
  },
  { ...part, id: false },
);
const quality = new Schema({ party: String, lossPct: Number, jitterMs: Number, mos: Number }, part);
const queueing = new Schema(
  {
    since: String,
    pickUpAt: text,
    heardSince: text,
    saidAt: text,
    isSpeaking: Boolean,
    spokenIn: text,
    hasChosenLanguage: Boolean,
    dismissal: { type: new Schema({ reason: String, at: String }, part), default: null },
    missedFor: text,
    followUp: String,
  },
  part,
);
const draft = new Schema({ note: String, resultCode: text, contents: [String], savedAt: text }, part);

const schema = new Schema<StoredCall>(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true },
    direction: { type: String, required: true },
    phase: { type: String, required: true },
    agentId: text,
    caseId: text,
    phoneId: text,
    categoryCode: { type: String, required: true },
    gatewayId: { type: String, required: true },
    number: text,
    candidates: [candidate],
    startedAt: { type: String, required: true },
    offeredAt: text,
    answeredAt: text,
    endedAt: text,
    cause: text,
    endedBy: text,
    talkMs: { type: Number, required: true },
    isMuted: { type: Boolean, required: true },
    parties: [party],
    privately: [String],
    partyCount: { type: Number, required: true },
    language: { type: String, required: true },
    queueing: { type: queueing, required: true },
    identity: { type: Schema.Types.Mixed, required: true },
    comparedCaseId: text,
    comparisons: { type: Number, required: true },
    recording: { type: recording, required: true },
    isRecordingPaused: { type: Boolean, required: true },
    draft: { type: draft, required: true },
    resultCode: text,
    partOf: text,
    handOvers: { type: Number, default: 0 },
    handedOverNote: text,
    quality: [quality],
  },
  { collection: 'calls', versionKey: false, strict: 'throw', minimize: false },
);
schema.index({ agentId: 1, phase: 1 });
schema.index({ phase: 1, startedAt: 1 });
schema.index({ startedAt: -1 });
schema.index({ 'queueing.followUp': 1 });
schema.index({ number: 1, answeredAt: -1 });
schema.index({ partOf: 1 });
schema.plugin(guardScope, { path: 'categoryCode' });

const MAX_ATTEMPTS = 20;

/** Calls. Every query carries the caller's scope; every change names the version it was made on. */
export class CallStore {
  readonly #calls: Model<StoredCall>;

  constructor(connection: Connection) {
    this.#calls = connection.model<StoredCall>('Call', schema);
  }

  async createIndexes(): Promise<void> {
    await this.#calls.createIndexes();
  }

  async find(scope: Scope, id: CallId): Promise<Call | null> {
    const found = await this.#calls.findOne({ _id: id }).setOptions({ scope }).lean<StoredCall>();
    return found === null ? null : toCall(found);
  }

  /** The call this agent is in or has to write up: the one that started last. */
  async findCurrent(agentId: UserId): Promise<Call | null> {
    const found = await this.#calls
      .findOne({ agentId, phase: { $ne: 'done' } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .sort({ startedAt: -1 })
      .lean<StoredCall>();
    return found === null ? null : toCall(found);
  }

  /** Whether the agent has had a call about this case since an instant. */
  async hasCallAbout(agentId: UserId, caseId: CaseId, since: Date): Promise<boolean> {
    const found = await this.#calls
      .findOne({ agentId, caseId, startedAt: { $gte: since.toISOString() } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .lean<StoredCall>();
    return found !== null;
  }

  /** What agents who handed this call over have to write up. */
  async listParts(id: CallId): Promise<Call[]> {
    const found = await this.#calls.find({ partOf: id }).setOptions({ scope: SYSTEM_SCOPE }).lean<StoredCall[]>();
    return found.map(toCall);
  }

  /** The call somebody takes part in, or is invited to, without being responsible for it. */
  async findJoined(userId: UserId): Promise<Call | null> {
    const found = await this.#calls
      .findOne({ phase: 'talking', 'parties.userId': userId, agentId: { $ne: userId } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .sort({ startedAt: -1 })
      .lean<StoredCall>();
    return found === null ? null : toCall(found);
  }

  /** Calls that are not written up yet, the longest first. */
  async listLive(scope: Scope): Promise<Call[]> {
    const found = await this.#calls
      .find({ phase: { $ne: 'done' } })
      .setOptions({ scope })
      .sort({ startedAt: 1 })
      .lean<StoredCall[]>();
    return found.map(toCall);
  }

  /** Inbound calls that nobody answered yet, oldest first. */
  async listWaiting(): Promise<Call[]> {
    const found = await this.#calls
      .find({ phase: { $in: ['queued', 'offered'] } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .sort({ startedAt: 1 })
      .lean<StoredCall[]>();
    return found.map(toCall);
  }

  /** Inbound calls that nobody served and that nobody was asked yet to call back, oldest first. */
  async listToFollowUp(): Promise<Call[]> {
    const found = await this.#calls
      .find({ 'queueing.followUp': 'due' })
      .setOptions({ scope: SYSTEM_SCOPE })
      .sort({ endedAt: 1 })
      .lean<StoredCall[]>();
    return found.map(toCall);
  }

  /** Calls with these numbers that were answered after an instant. */
  async listTalksWith(numbers: readonly PhoneNumber[], after: string): Promise<Call[]> {
    const found = await this.#calls
      .find({ number: { $in: [...numbers] }, answeredAt: { $gt: after } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .lean<StoredCall[]>();
    return found.map(toCall);
  }

  /** How long the latest inbound talks of a category lasted, in milliseconds. */
  async listLatestTalks(categoryCode: CategoryCode, limit: number): Promise<number[]> {
    const found = await this.#calls
      .find({ categoryCode, direction: 'inbound', answeredAt: { $ne: null }, talkMs: { $gt: 0 } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .sort({ startedAt: -1 })
      .limit(limit)
      .lean<StoredCall[]>();
    return found.map((call) => call.talkMs);
  }

  /** Calls that a gateway should still be busy with. */
  async listRunningOn(gatewayId: GatewayId): Promise<Call[]> {
    const found = await this.#calls
      .find({ gatewayId, phase: { $nin: ['wrap-up', 'done'] } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .lean<StoredCall[]>();
    return found.map(toCall);
  }

  /** Calls that were handed to a gateway and of which nothing was heard since. */
  async listDialling(): Promise<Call[]> {
    const found = await this.#calls.find({ phase: 'dialling' }).setOptions({ scope: SYSTEM_SCOPE }).lean<StoredCall[]>();
    return found.map(toCall);
  }

  /** Calls since an instant that have their result. */
  async listDone(since: Date): Promise<Call[]> {
    const found = await this.#calls
      .find({ phase: 'done', resultCode: { $ne: null }, startedAt: { $gte: since.toISOString() } })
      .setOptions({ scope: SYSTEM_SCOPE })
      .lean<StoredCall[]>();
    return found.map(toCall);
  }

  /** How many calls of each direction began since an instant, and how many of them were answered; parts of a call do not count again. */
  async countSince(since: Date): Promise<{ outbound: number; inbound: number; inboundAnswered: number }> {
    const at = { startedAt: { $gte: since.toISOString() }, partOf: null };
    const count = (filter: object): Promise<number> =>
      this.#calls.countDocuments({ ...at, ...filter }).setOptions({ scope: SYSTEM_SCOPE });
    const [outbound, inbound, inboundAnswered] = await Promise.all([
      count({ direction: 'outbound' }),
      count({ direction: 'inbound' }),
      count({ direction: 'inbound', answeredAt: { $ne: null } }),
    ]);
    return { outbound, inbound, inboundAnswered };
  }

  /** Answers false when a call with this id is there already. */
  async add(call: Call): Promise<boolean> {
    try {
      await this.#calls.create(toStored(call));
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /**
   * Applies `step` to the latest version and stores the result; `step` runs again when somebody else was faster.
   * Answering the same object changes nothing. Null when there is no such call.
   */
  async change(scope: Scope, id: CallId, step: (call: Call) => Call): Promise<{ before: Call; after: Call } | null> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const before = await this.find(scope, id);
      if (before === null) return null;
      const stepped = step(before);
      if (stepped === before) return { before, after: before };
      const after = { ...stepped, version: before.version + 1 };
      const written = await this.#calls
        .replaceOne({ _id: id, version: before.version }, toStored(after))
        .setOptions({ scope: SYSTEM_SCOPE });
      if (written.matchedCount === 1) return { before, after };
    }
    throw new Error('A call changed faster than it could be written.');
  }
}

function toStored({ id, ...rest }: Call): StoredCall {
  return { _id: id, ...rest };
}

function toCall({ _id, ...rest }: StoredCall): Call {
  return { id: _id, ...rest };
}
