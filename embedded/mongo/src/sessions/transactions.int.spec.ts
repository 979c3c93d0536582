import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, Long, serialize, UUID } from 'bson';
import mongoose, { Schema, type Connection, type Model } from 'mongoose';
import { CommandRunner } from '../commands/command-runner.ts';
import { startDocumentServer, type DocumentServer } from '../document-server.ts';
import { DocumentStore } from '../storage/document-store.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import { encodeReply, type Reply } from '../wire/reply.ts';

interface Account {
  name: string;
  balance: number;
}

describe('transactions', () => {
  let folder: string;
  let file: string;
  let server: DocumentServer;
  let connection: Connection;
  let accounts: Model<Account>;

  const connect = async (): Promise<void> => {
    server = await startDocumentServer({ file, port: 0, relaxed: true });
    connection = await mongoose.createConnection(server.uri, { dbName: 'test' }).asPromise();
    accounts = connection.model<Account>(
      'Account',
      new Schema<Account>({ name: { type: String, unique: true }, balance: Number }),
    );
    await accounts.init();
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
    file = join(folder, 'data.db');
    await connect();
    await accounts.create({ name: 'a', balance: 10 }, { name: 'b', balance: 0 });
  });

  afterEach(async () => {
    await connection.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const balanceOf = async (name: string): Promise<number | undefined> => (await accounts.findOne({ name }).lean())?.balance;

  it('show their writes to nobody else until they commit', async () => {
    await connection.transaction(async (session) => {
      await accounts.updateOne({ name: 'a' }, { $inc: { balance: -3 } }, { session });
      await accounts.create([{ name: 'c', balance: 3 }], { session });
      expect(await accounts.countDocuments({ name: 'c' })).toBe(0);
      expect(await accounts.countDocuments({ name: 'c' }).session(session)).toBe(1);
      expect(await balanceOf('a')).toBe(10);
      expect((await accounts.findOne({ name: 'a' }).session(session).lean())?.balance).toBe(7);
    });
    expect(await balanceOf('a')).toBe(7);
    expect(await balanceOf('c')).toBe(3);
  });

  it('leave nothing behind when they abort', async () => {
    const failing = connection.transaction(async (session) => {
      await accounts.deleteOne({ name: 'a' }, { session });
      await accounts.create([{ name: 'c', balance: 3 }], { session });
      throw new Error('changed my mind');
    });
    await expectAsync(failing).toBeRejectedWithError('changed my mind');
    expect((await accounts.distinct('name')).toSorted()).toEqual(['a', 'b']);
  });

  it('read one snapshot however much others commit', async () => {
    const session = await connection.startSession();
    session.startTransaction();
    expect(await accounts.countDocuments().session(session)).toBe(2);
    await accounts.create({ name: 'c', balance: 1 });
    expect(await accounts.countDocuments().session(session)).toBe(2);
    await session.commitTransaction();
    await session.endSession();
    expect(await accounts.countDocuments()).toBe(3);
  });

  it('conflict at once over a document another one has changed, or that was committed after the snapshot', async () => {
    const [first, second] = await Promise.all([connection.startSession(), connection.startSession()]);
    first.startTransaction();
    second.startTransaction();
    await accounts.updateOne({ name: 'a' }, { $inc: { balance: 1 } }, { session: first });
    const conflicting = accounts.updateOne({ name: 'a' }, { $inc: { balance: 1 } }, { session: second }).exec();
    const error: unknown = await conflicting.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(mongoose.mongo.MongoServerError);
    expect((error as mongoose.mongo.MongoServerError).code).toBe(112); // checked above
    expect((error as mongoose.mongo.MongoServerError).hasErrorLabel('TransientTransactionError')).toBeTrue();
    await second.abortTransaction();
    await first.commitTransaction();
    await Promise.all([first.endSession(), second.endSession()]);
    expect(await balanceOf('a')).toBe(11);
  });

  it('run again until twenty increments at the same time all count', async () => {
    const increment = () =>
      connection.transaction(async (session) => {
        const account = await accounts.findOne({ name: 'b' }).session(session).lean();
        await accounts.updateOne({ name: 'b' }, { $set: { balance: (account?.balance ?? 0) + 1 } }, { session });
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    expect(await balanceOf('b')).toBe(20);
  });

  it('let writes to other documents through and make those to the same one wait', async () => {
    const session = await connection.startSession();
    session.startTransaction();
    await accounts.updateOne({ name: 'a' }, { $inc: { balance: 1 } }, { session });
    await accounts.updateOne({ name: 'b' }, { $inc: { balance: 5 } });
    expect(await balanceOf('b')).toBe(5);
    const waiting = accounts.updateOne({ name: 'a' }, { $inc: { balance: 100 } }).exec();
    await session.commitTransaction();
    await waiting;
    await session.endSession();
    expect(await balanceOf('a')).toBe(111);
  });

  it('hold a unique key against each other and against writes outside', async () => {
    const session = await connection.startSession();
    session.startTransaction();
    await accounts.create([{ name: 'c', balance: 1 }], { session });
    const outside = accounts.create({ name: 'c', balance: 2 });
    const outcome = expectAsync(outside).toBeRejectedWith(jasmine.objectContaining({ code: 11000 }));
    await session.commitTransaction();
    await outcome;
    await session.endSession();
    expect(await balanceOf('c')).toBe(1);
  });

  it('refuse unknown numbers, and keep a first insert into a new collection', async () => {
    const session = await connection.startSession();
    session.startTransaction();
    await connection.collection('fresh').insertOne({ a: 1 }, { session });
    await session.commitTransaction();
    await session.endSession();
    expect(await connection.collection('fresh').countDocuments()).toBe(1);
    const { db } = connection;
    if (db === undefined) throw new Error('not connected');
    const unknown = db.command({ find: 'accounts', txnNumber: mongoose.mongo.Long.fromNumber(99), autocommit: false });
    await expectAsync(unknown).toBeRejectedWith(jasmine.objectContaining({ code: 251 }));
  });

  it('change and insert documents of one collection together', async () => {
    await connection.transaction(async (session) => {
      await accounts.create([{ name: 'c', balance: 1 }], { session });
      await accounts.updateOne({ name: 'b' }, { $set: { balance: 7 } }, { session });
      await accounts.create([{ name: 'd', balance: 1 }], { session });
    });
    expect((await accounts.distinct('name')).toSorted()).toEqual(['a', 'b', 'c', 'd']);
    expect(await balanceOf('b')).toBe(7);
  });

  it('keep a collection and an index they make to themselves, and take them back when they abort', async () => {
    const session = await connection.startSession();
    const fresh = connection.collection('fresh');
    const { db } = connection;
    if (db === undefined) throw new Error('not connected');
    session.startTransaction();
    await db.createCollection('fresh', { session });
    await fresh.createIndex({ a: 1 }, { unique: true, session });
    await fresh.insertOne({ a: 1 }, { session });
    await expectAsync(fresh.insertOne({ a: 1 }, { session })).toBeRejectedWith(jasmine.objectContaining({ code: 11000 }));
    expect(await db.listCollections({ name: 'fresh' }).toArray()).toEqual([]);
    await session.abortTransaction();
    expect(await db.listCollections({ name: 'fresh' }).toArray()).toEqual([]);
    session.startTransaction();
    await fresh.createIndex({ a: 1 }, { unique: true, session });
    await fresh.insertOne({ a: 1 }, { session });
    await session.commitTransaction();
    await session.endSession();
    expect((await fresh.indexes()).map((index) => index.name)).toEqual(['_id_', 'a_1']);
    expect(await fresh.countDocuments({ a: 1 })).toBe(1);
  });

  it('end with their session, and their cursors with them', async () => {
    const session = await connection.startSession();
    session.startTransaction();
    await accounts.updateOne({ name: 'a' }, { $inc: { balance: 5 } }, { session });
    const cursor = accounts.find({}, null, { session }).batchSize(1).cursor();
    await cursor.next();
    await connection.db?.admin().command({ killSessions: [session.id] });
    await expectAsync(cursor.next()).toBeRejected();
    await expectAsync(session.commitTransaction()).toBeRejectedWith(jasmine.objectContaining({ code: 251 }));
    await session.endSession();
    expect(await balanceOf('a')).toBe(10);
  });

  it('read a snapshot outside a transaction as often as the client likes', async () => {
    const session = await connection.startSession({ snapshot: true });
    expect(await accounts.countDocuments({}, { session })).toBe(2);
    await accounts.create({ name: 'c', balance: 1 });
    expect(await accounts.countDocuments({}, { session })).toBe(2);
    expect(await accounts.countDocuments()).toBe(3);
    await session.endSession();
  });

  it('answer a repeated retryable write with the stored result, also after a restart', async () => {
    await connection.close();
    await server.close();
    const send = async (): Promise<Reply> => {
      const store = new DocumentStore({ file, relaxed: true });
      const runner = new CommandRunner({ store, address: () => '', now: () => 0 });
      const body = decodeDocument(
        serialize({
          update: 'accounts',
          $db: 'test',
          updates: [{ q: { name: 'a' }, u: { $inc: { balance: 1 } } }],
          lsid: { id: new UUID('0123456789abcdef0123456789abcdef') },
          txnNumber: Long.fromNumber(1),
        }),
      );
      const replies = [await runner.run({ body, connectionId: 1 }), await runner.run({ body, connectionId: 1 })];
      store.close();
      const [first, second] = replies.map((reply) => deserialize(encodeReply({ n: reply['n'], nModified: reply['nModified'] })));
      expect(second).toEqual(first);
      return first ?? {};
    };
    expect(await send()).toEqual({ n: 1, nModified: 1, ok: 1 });
    expect(await send()).toEqual({ n: 1, nModified: 1, ok: 1 });
    await connect();
    expect(await balanceOf('a')).toBe(11);
  });
});
