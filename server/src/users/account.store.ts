import { Schema, type Connection, type Model } from 'mongoose';
import type { Language } from '#contracts/directory.contract';
import type { CategoryCode, UserId } from '#contracts/ids.contract';
import type { Locale, Role } from '#contracts/users.contract';

export interface Account {
  id: UserId;
  /** What the person types to log in. */
  number: string;
  name: string;
  role: Role;
  seat: string;
  locale: Locale;
  categories: CategoryCode[];
  /** Spoken besides Japanese. */
  languages: Language[];
  passwordHash: string;
  isBlocked: boolean;
}

type StoredAccount = Omit<Account, 'id'> & { _id: UserId };

const schema = new Schema<StoredAccount>(
  {
    _id: { type: String, required: true },
    number: { type: String, required: true },
    name: { type: String, required: true },
    role: { type: String, required: true },
    seat: { type: String, default: '' },
    locale: { type: String, default: 'ja' },
    categories: { type: [String], required: true },
    languages: { type: [String], default: [] },
    passwordHash: { type: String, required: true },
    isBlocked: { type: Boolean, default: false },
  },
  { collection: 'accounts', versionKey: false, strict: 'throw' },
);
schema.index({ number: 1 }, { unique: true });
schema.index({ role: 1 });

/** People who can log in. */
export class AccountStore {
  readonly #accounts: Model<StoredAccount>;

  constructor(connection: Connection) {
    this.#accounts = connection.model<StoredAccount>('Account', schema);
  }

  async createIndexes(): Promise<void> {
    await this.#accounts.createIndexes();
  }

  async findByNumber(number: string): Promise<Account | null> {
    return toAccount(await this.#accounts.findOne({ number }).lean<StoredAccount>());
  }

  async find(id: UserId): Promise<Account | null> {
    return toAccount(await this.#accounts.findOne({ _id: id }).lean<StoredAccount>());
  }

  async listAgents(): Promise<Account[]> {
    return this.#list(['agent']);
  }

  /** Everybody who may have a browser phone. */
  async listWithPhones(): Promise<Account[]> {
    return this.#list(['agent', 'interpreter', 'supervisor']);
  }

  async #list(roles: readonly Role[]): Promise<Account[]> {
    const found = await this.#accounts
      .find({ role: { $in: [...roles] }, isBlocked: false })
      .sort({ number: 1 })
      .lean<StoredAccount[]>();
    return found.map(toPresentAccount);
  }

  async add(account: Account): Promise<void> {
    const { id, ...rest } = account;
    await this.#accounts.create({ _id: id, ...rest });
  }
}

function toAccount(stored: StoredAccount | null): Account | null {
  return stored === null ? null : toPresentAccount(stored);
}

/** Accounts of earlier versions name no languages. */
function toPresentAccount({ _id, ...rest }: StoredAccount): Account {
  return { ...rest, id: _id, languages: rest.languages ?? [] };
}
