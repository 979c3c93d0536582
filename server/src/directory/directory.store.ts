import { Schema, type Connection, type Model } from 'mongoose';
import type { DirectoryEntry, DirectoryEntryId } from '#contracts/directory.contract';
import type { PhoneNumber } from '#contracts/ids.contract';

/** An entry with what nobody's browser is given: the number as it is dialled. */
export interface ListedTelephone extends Omit<DirectoryEntry, 'numberDisplay'> {
  number: PhoneNumber;
}

type StoredTelephone = Omit<ListedTelephone, 'id'> & { _id: DirectoryEntryId };

const schema = new Schema<StoredTelephone>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    name: { ja: { type: String, required: true }, en: { type: String, required: true } },
    number: { type: String, required: true },
    languages: { type: [String], default: [] },
    categories: { type: [String], default: [] },
  },
  { collection: 'directory', versionKey: false, strict: 'throw' },
);

/** Telephones that may be called without a case. */
export class DirectoryStore {
  readonly #telephones: Model<StoredTelephone>;

  constructor(connection: Connection) {
    this.#telephones = connection.model<StoredTelephone>('DirectoryEntry', schema);
  }

  async createIndexes(): Promise<void> {
    await this.#telephones.createIndexes();
  }

  async list(): Promise<ListedTelephone[]> {
    const found = await this.#telephones.find({}).sort({ kind: -1, _id: 1 }).lean<StoredTelephone[]>();
    return found.map(toTelephone);
  }

  async find(id: DirectoryEntryId): Promise<ListedTelephone | null> {
    const found = await this.#telephones.findOne({ _id: id }).lean<StoredTelephone>();
    return found === null ? null : toTelephone(found);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#telephones.countDocuments({})) === 0;
  }

  async add({ id, ...rest }: ListedTelephone): Promise<void> {
    await this.#telephones.create({ _id: id, ...rest });
  }
}

function toTelephone({ _id, ...rest }: StoredTelephone): ListedTelephone {
  return { id: _id, ...rest };
}
