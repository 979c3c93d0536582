import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose, { Schema, type Connection } from 'mongoose';
import { startDocumentServer, type DocumentServer } from './document-server.ts';

interface Resident {
  email: string;
  name: string;
  age?: number;
  tags: string[];
  items: { sku: string; qty: number }[];
  balance?: mongoose.Types.Decimal128;
  big?: bigint;
  expiresAt?: Date;
}

const residentSchema = new Schema<Resident>(
  {
    email: { type: String, unique: true },
    name: String,
    age: Number,
    tags: [String],
    items: [{ sku: String, qty: Number, _id: false }],
    balance: Schema.Types.Decimal128,
    big: BigInt,
    expiresAt: { type: Date, expires: 60 },
  },
  { timestamps: true, optimisticConcurrency: true },
);
residentSchema.index({ tags: 1, age: -1 });
residentSchema.index({ name: 1 }, { unique: true, partialFilterExpression: { age: { $gt: 100 } } });

const residentModel = (connection: Connection) => connection.model('Resident', residentSchema);

describe('mongoose on the embedded document server', () => {
  let folder: string;
  let server: DocumentServer;
  let connection: Connection;
  let residents: ReturnType<typeof residentModel>;
  let clockMs = Date.UTC(2026, 3, 1);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
    server = await startDocumentServer({ file: join(folder, 'data.db'), port: 0, relaxed: true, now: () => clockMs });
    connection = await mongoose.createConnection(server.uri, { dbName: 'test' }).asPromise();
    residents = residentModel(connection);
    await residents.init();
  });

  beforeEach(async () => {
    await residents.deleteMany({});
  });

  afterAll(async () => {
    await connection.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const add = (email: string, more: Partial<Resident> = {}) => residents.create({ email, name: email, ...more });

  it('stores and finds documents with every number exact', async () => {
    await add('a', { balance: mongoose.Types.Decimal128.fromString('10.50'), big: 9007199254740993n });
    const found = await residents.findOne({ big: 9007199254740993n });
    expect(found?.balance?.toString()).toBe('10.50');
    expect(await residents.countDocuments({ big: 9007199254740992n })).toBe(0);
    expect(await residents.countDocuments({ balance: { $gt: mongoose.Types.Decimal128.fromString('10') } })).toBe(1);
  });

  it('refuses a duplicate key with the pattern and value mongoose reads', async () => {
    await add('a');
    await expectAsync(add('a')).toBeRejectedWith(
      jasmine.objectContaining({ code: 11000, keyPattern: { email: 1 }, keyValue: { email: 'a' } }),
    );
    const outcome = residents.insertMany([{ email: 'b' }, { email: 'a' }, { email: 'c' }], { ordered: false });
    await expectAsync(outcome).toBeRejected();
    expect(await residents.countDocuments()).toBe(3);
  });

  it('keeps a unique partial index to the documents it is about', async () => {
    await add('a', { name: 'x', age: 50 });
    await add('b', { name: 'x', age: 101 });
    await expectAsync(add('c', { name: 'x', age: 102 })).toBeRejectedWith(jasmine.objectContaining({ code: 11000 }));
  });

  it('raises VersionError for a document saved from an old version', async () => {
    await add('a');
    const [first, second] = await Promise.all([residents.findOne({ email: 'a' }), residents.findOne({ email: 'a' })]);
    if (first === null || second === null) throw new Error('the document was not stored');
    first.age = 1;
    second.age = 2;
    await first.save();
    await expectAsync(second.save()).toBeRejectedWith(jasmine.objectContaining({ name: 'VersionError' }));
  });

  it('updates by position, by filter and by upsert', async () => {
    await add('a', {
      items: [
        { sku: 'x', qty: 1 },
        { sku: 'y', qty: 2 },
      ],
    });
    await residents.updateOne({ 'items.sku': 'y' }, { $set: { 'items.$.qty': 20 } });
    await residents.updateOne({ email: 'a' }, { $inc: { 'items.$[i].qty': 5 } }, { arrayFilters: [{ 'i.sku': 'x' }] });
    const found = await residents.findOne({ email: 'a' }).lean();
    expect(found?.items.map((item) => item.qty)).toEqual([6, 20]);
    const upserted = await residents.findOneAndUpdate(
      { email: 'new' },
      { $inc: { age: 3 } },
      { upsert: true, returnDocument: 'after' },
    );
    expect(upserted?.age).toBe(3);
    const again = await residents.updateOne({ email: 'new' }, { $inc: { age: 1 } }, { upsert: true });
    expect(again.upsertedCount).toBe(0);
  });

  it('pages, sorts and projects through cursors of many batches', async () => {
    await residents.insertMany(
      Array.from({ length: 350 }, (_, index) => ({ email: `e${index}`, name: `n${index}`, age: index })),
    );
    const page = await residents.find({}, 'age').sort({ age: -1 }).skip(10).limit(2).lean();
    expect(page.map((resident) => resident.age)).toEqual([339, 338]);
    expect(Object.keys(page[0] ?? {})).toEqual(['_id', 'age']);
    const seen = new Set<string>();
    for await (const resident of residents.find().batchSize(50)) seen.add(resident.email);
    expect(seen.size).toBe(350);
  });

  it('names the index in explain and uses it for tag, range and sort', async () => {
    const plan = (await residents.find({ tags: 'x', age: { $gt: 5 } }).explain('queryPlanner')) as unknown as {
      queryPlanner: { winningPlan: { inputStage: { indexName: string } } };
    };
    expect(plan.queryPlanner.winningPlan.inputStage.indexName).toBe('tags_1_age_-1');
    const indexes = await residents.collection.listIndexes().toArray();
    expect(indexes.map((index: { name: string }) => index.name)).toEqual([
      '_id_',
      'email_1',
      'expiresAt_1',
      'tags_1_age_-1',
      'name_1',
    ]);
  });

  it('groups, unwinds and counts', async () => {
    await add('a', { tags: ['x', 'y'], age: 1 });
    await add('b', { tags: ['x'], age: 4 });
    const groups: unknown[] = await residents.aggregate([
      { $unwind: '$tags' },
      { $group: { _id: '$tags', n: { $sum: 1 }, mean: { $avg: '$age' }, all: { $push: '$email' } } },
      { $sort: { _id: 1 } },
    ]);
    expect(groups).toEqual([
      { _id: 'x', n: 2, mean: 2.5, all: ['a', 'b'] },
      { _id: 'y', n: 1, mean: 1, all: ['a'] },
    ]);
    expect((await residents.distinct('tags')).toSorted()).toEqual(['x', 'y']);
    const outcome = await residents.bulkWrite([
      { updateOne: { filter: { email: 'a' }, update: { $set: { age: 9 } } } },
      { deleteOne: { filter: { email: 'b' } } },
    ]);
    expect([outcome.modifiedCount, outcome.deletedCount]).toEqual([1, 1]);
  });

  it('groups by the local day of Tokyo and of a zone with summer time', async () => {
    const raw = connection.collection('events');
    await raw.deleteMany({});
    await raw.insertOne({ at: new Date('2026-03-31T15:30:00Z') });
    const [row] = await raw
      .aggregate([
        {
          $project: {
            _id: 0,
            tokyo: { $dateToString: { date: '$at', format: '%Y-%m-%d %H:%M %z', timezone: 'Asia/Tokyo' } },
            berlinMonth: { $dateTrunc: { date: '$at', unit: 'month', timezone: 'Europe/Berlin' } },
          },
        },
      ])
      .toArray();
    expect(row).toEqual({ tokyo: '2026-04-01 00:30 +0900', berlinMonth: new Date('2026-02-28T23:00:00Z') });
  });

  it('removes expired documents at the sweep, by its own clock', async () => {
    await add('old', { expiresAt: new Date(clockMs) });
    await add('young', { expiresAt: new Date(clockMs + 120_000) });
    clockMs += 61_000;
    await server.sweep();
    expect(await residents.distinct('email')).toEqual(['young']);
  });

  it('sorts Japanese by the language, on request only', async () => {
    await residents.insertMany(['い', 'ア', 'あ'].map((name) => ({ email: name, name })));
    const plain = await residents.find().sort({ name: 1 }).lean();
    expect(plain.map((resident) => resident.name)).toEqual(['あ', 'い', 'ア']);
    const japanese = await residents.find().sort({ name: 1 }).collation({ locale: 'ja' }).lean();
    expect(japanese.at(-1)?.name).toBe('い');
    await expectAsync(residents.find().collation({ locale: 'tr' }).lean().exec()).toBeRejectedWith(
      jasmine.objectContaining({ code: 115 }),
    );
  });

  it("answers what it does not know with MongoDB's codes", async () => {
    const refusal = async (run: Promise<unknown>): Promise<unknown> =>
      run.then(
        () => 0,
        (error: unknown) => (error as { code: number }).code,
      ); // a server error
    const { db } = connection;
    if (db === undefined) throw new Error('not connected');
    expect(await refusal(db.command({ nope: 1 }))).toBe(59);
    expect(await refusal(db.command({ find: 'x', nope: 1 }))).toBe(40415);
    expect(await refusal(residents.collection.aggregate([{ $nope: {} }]).toArray())).toBe(40324);
    expect(await refusal(residents.collection.aggregate([{ $collStats: {} }]).toArray())).toBe(115);
    expect(await refusal(db.createCollection('capped', { capped: true, size: 1000 }))).toBe(115);
    expect(await refusal(residents.collection.createIndex({ name: 'text' }))).toBe(115);
    expect(await refusal(residents.collection.insertOne({ text: 'x'.repeat(16 * 1024 * 1024 + 1) }))).toBe(10334);
  });
});
