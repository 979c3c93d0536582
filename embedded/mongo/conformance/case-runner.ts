import { EJSON } from 'bson';
import { MongoServerError, type ClientSession, type Db, type Document, type MongoClient } from 'mongodb';
import {
  ANYTHING,
  COLLECTION,
  DATABASE,
  type CommandStep,
  type ConformanceCase,
  type TransactionStep,
} from './conformance-case.ts';

/** Replies keep every BSON type, so that int, long and double stay apart. */
const FAITHFUL = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;
const DEFAULT_SESSION = 'main';

interface Answer {
  readonly reply: Document;
  readonly error: number | undefined;
  readonly codeName: string | undefined;
  readonly message: string;
}

/** Runs one case in collections of its own; differences are jasmine expectations. */
export class CaseRunner {
  readonly #client: MongoClient;
  readonly #database: Db;
  readonly #collection: string;
  readonly #sessions = new Map<string, ClientSession>();

  constructor(client: MongoClient, database: Db, collection: string) {
    this.#client = client;
    this.#database = database;
    this.#collection = collection;
  }

  async run({ documents = [], collections = {}, indexes = [], steps }: ConformanceCase): Promise<void> {
    try {
      if (indexes.length > 0) await this.#database.command({ createIndexes: this.#collection, indexes: indexes.map(withName) });
      await this.#insert(this.#collection, documents);
      for (const [name, others] of Object.entries(collections)) await this.#insert(`${this.#collection}.${name}`, others);
      let previous: Document = {};
      for (const [position, step] of steps.entries()) {
        if ('transaction' in step) await this.#endOrStart(step);
        else previous = await this.#check(step, previous, `step ${position + 1}`);
      }
    } finally {
      for (const session of this.#sessions.values()) await session.endSession();
    }
  }

  async #insert(collection: string, documents: readonly Document[]): Promise<void> {
    if (documents.length > 0) await this.#database.command({ insert: collection, documents });
  }

  #session(name: string = DEFAULT_SESSION): ClientSession {
    const session = this.#sessions.get(name) ?? this.#client.startSession();
    this.#sessions.set(name, session);
    return session;
  }

  async #endOrStart({ transaction, session: name, error }: TransactionStep): Promise<void> {
    const session = this.#session(name);
    const code = await codeOf(async () => {
      if (transaction === 'start') session.startTransaction();
      else if (transaction === 'commit') await session.commitTransaction();
      else await session.abortTransaction();
    });
    expect(code).withContext(`${transaction} of the transaction`).toBe(error);
  }

  async #check(step: CommandStep, previous: Document, context: string): Promise<Document> {
    const { command } = step;
    // The driver's Document type would admit functions; a command that is one is ours.
    const source = typeof command === 'function' ? (command as (previous: Document) => Document)(previous) : command;
    const database = step.onAdmin === true ? this.#client.db('admin') : this.#database;
    const answer = await this.#answer(database, this.#named(source) as Document, this.#session(step.session)); // a document stays one
    expect(answer.error).withContext(`error of ${context} (${answer.message})`).toBe(step.error);
    if (step.codeName !== undefined) expect(answer.codeName).withContext(`code name of ${context}`).toBe(step.codeName);
    const batch = batchOf(answer.reply);
    if (step.batch !== undefined) this.#compare(batch, step.batch, context);
    if (step.unordered !== undefined) this.#compare(inFixedOrder(batch), inFixedOrder(step.unordered), context);
    for (const [name, value] of Object.entries(step.reply ?? {}))
      this.#compare(answer.reply[name], value, `${name} of ${context}`);
    if (step.contents !== undefined) this.#compare(await this.#contents(), step.contents, `contents after ${context}`);
    return answer.reply;
  }

  async #answer(database: Db, command: Document, session: ClientSession): Promise<Answer> {
    try {
      const reply = await database.command(command, { ...FAITHFUL, session });
      const [failed] = (reply['writeErrors'] ?? []) as { code: { value: number }; errmsg: string }[]; // as the protocol has it
      return { reply, error: failed?.code.value, codeName: undefined, message: failed?.errmsg ?? 'no error' };
    } catch (error) {
      if (!(error instanceof MongoServerError)) throw error;
      return { reply: {}, error: Number(error.code), codeName: error.codeName, message: error.message };
    }
  }

  async #contents(): Promise<unknown> {
    const reply = await this.#database.command({ find: this.#collection, sort: { _id: 1 }, batchSize: 10_000 }, FAITHFUL);
    return batchOf(reply);
  }

  /** Puts the real names of the case's collections in place of COLLECTION. */
  #named(value: unknown): unknown {
    if (typeof value === 'string')
      return value.replace(DATABASE, this.#database.databaseName).replace(COLLECTION, this.#collection);
    if (Array.isArray(value)) return value.map((item) => this.#named(item));
    if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#named(item)]));
  }

  #compare(actual: unknown, expected: unknown, context: string): void {
    const wanted = canonical(this.#named(expected));
    expect(JSON.stringify(masked(canonical(actual), wanted)))
      .withContext(context)
      .toBe(JSON.stringify(wanted));
  }
}

/** The documents of a reply's cursor, of the first or a later batch. */
function batchOf(reply: Document): unknown {
  const cursor = reply['cursor'] as Record<string, unknown> | undefined; // as the protocol has it; the values are compared later
  return cursor?.['firstBatch'] ?? cursor?.['nextBatch'];
}

function withName(index: Document): Document {
  const key = index['key'] as Record<string, unknown>; // createIndexes requires it
  return { name: Object.entries(key).flat().join('_'), ...index };
}

async function codeOf(action: () => Promise<void>): Promise<number | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof MongoServerError) return Number(error.code);
    throw error;
  }
}

/** Canonical extended JSON names the BSON type of every value. */
const canonical = (value: unknown): unknown => (value === undefined ? '(missing)' : EJSON.serialize(value, { relaxed: false }));

const inFixedOrder = (items: unknown): unknown =>
  Array.isArray(items)
    ? items
        .map((item: unknown) => ({ item, text: JSON.stringify(canonical(item)) }))
        .sort((a, b) => (a.text < b.text ? -1 : 1))
        .map(({ item }) => item)
    : items;

/** The actual value, with ANYTHING where the expected one says so. */
function masked(actual: unknown, expected: unknown): unknown {
  if (expected === ANYTHING) return actual === '(missing)' ? actual : ANYTHING;
  if (Array.isArray(actual) && Array.isArray(expected)) return actual.map((item, index) => masked(item, expected[index]));
  if (!isRecord(actual) || !isRecord(expected)) return actual;
  return Object.fromEntries(Object.entries(actual).map(([key, item]) => [key, masked(item, expected[key])]));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
