import { Schema, type Connection, type Model } from 'mongoose';
import type { CaseId, PhoneId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { guardScope, SYSTEM_SCOPE, type Scope } from '../platform/database/scope-guard.ts';
import type { AssessedDebt, Case, Resident, ResidentPhone } from './case.model.ts';

type StoredCase = Omit<Case, 'id'> & { _id: CaseId };

const part = { _id: false, strict: 'throw' } as const;

const resident = new Schema<Resident>(
  {
    name: String,
    kana: String,
    addresseeNumber: String,
    birthDate: String,
    ward: String,
    address: String,
    household: new Schema({ isHead: Boolean, size: Number }, part),
    language: String,
  },
  part,
);

const phone = new Schema<ResidentPhone>(
  { id: String, kind: String, number: String, display: String, answered: Number, tried: Number },
  part,
);

const debt = new Schema<AssessedDebt>(
  {
    categoryCode: String,
    fiscalYear: Number,
    instalment: Number,
    noticeNumber: String,
    dueDate: String,
    assessed: Number,
    paid: Number,
    arrears: Number,
  },
  part,
);

const flag = new Schema({ code: String, from: String, setBy: String }, part);

const schema = new Schema<StoredCase>(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true },
    person: { type: resident, required: true },
    flags: [flag],
    phones: [phone],
    debts: [debt],
    categories: { type: [String], required: true },
    asOf: { type: String, required: true },
    assignedTo: { type: String, default: null },
    order: { type: Number, required: true },
    isDone: { type: Boolean, default: false },
    lastResult: { type: String, default: null },
    lastCallAt: { type: String, default: null },
    nextCallAt: { type: String, default: null },
  },
  { collection: 'cases', versionKey: false, strict: 'throw' },
);
schema.index({ assignedTo: 1, order: 1 });
schema.index({ 'phones.number': 1 });
schema.plugin(guardScope, { path: 'categories' });

/** Residents and what they owe. Every query carries the caller's scope. */
export class CaseStore {
  readonly #cases: Model<StoredCase>;

  constructor(connection: Connection) {
    this.#cases = connection.model<StoredCase>('Case', schema);
  }

  async createIndexes(): Promise<void> {
    await this.#cases.createIndexes();
  }

  async find(scope: Scope, id: CaseId): Promise<Case | null> {
    const found = await this.#cases.findOne({ _id: id }).setOptions({ scope }).lean<StoredCase>();
    return found === null ? null : toCase(found);
  }

  async listAssigned(scope: Scope, userId: UserId, limit: number): Promise<Case[]> {
    const found = await this.#cases
      .find({ assignedTo: userId })
      .setOptions({ scope })
      .sort({ order: 1 })
      .limit(limit)
      .lean<StoredCase[]>();
    return found.map(toCase);
  }

  async listByNumber(scope: Scope, number: PhoneNumber, limit: number): Promise<Case[]> {
    const found = await this.#cases
      .find({ 'phones.number': number })
      .setOptions({ scope })
      .sort({ _id: 1 })
      .limit(limit)
      .lean<StoredCase[]>();
    return found.map(toCase);
  }

  async countAll(): Promise<number> {
    return this.#cases.countDocuments({}).setOptions({ scope: SYSTEM_SCOPE });
  }

  /** Notes the outcome of a call on the case. Repeating it sets the same. */
  async noteOutcome(
    id: CaseId,
    outcome: Pick<Case, 'lastResult' | 'lastCallAt' | 'nextCallAt'> & { isContact: boolean },
  ): Promise<void> {
    const { isContact, ...row } = outcome;
    await this.#cases
      .updateOne({ _id: id }, { $set: { ...row, ...(isContact ? { isDone: true } : {}) }, $inc: { version: 1 } })
      .setOptions({ scope: SYSTEM_SCOPE });
  }

  /** Counts a call on the number that was called. Not repeatable. */
  async countAttempt(id: CaseId, phoneId: PhoneId, isAnswered: boolean): Promise<void> {
    await this.#cases
      .updateOne({ _id: id, 'phones.id': phoneId }, { $inc: { 'phones.$.tried': 1, 'phones.$.answered': isAnswered ? 1 : 0 } })
      .setOptions({ scope: SYSTEM_SCOPE });
  }

  async addAll(cases: readonly Case[]): Promise<void> {
    await this.#cases.insertMany(cases.map(({ id, ...rest }) => ({ _id: id, ...rest })));
  }
}

function toCase({ _id, ...rest }: StoredCase): Case {
  return { id: _id, ...rest };
}
