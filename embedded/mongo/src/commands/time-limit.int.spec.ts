import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient, MongoServerError, type Collection } from 'mongodb';
import { startDocumentServer, type DocumentServer } from '../document-server.ts';

const MAX_TIME_EXPIRED = 50;

describe('maxTimeMS', () => {
  let folder: string;
  let server: DocumentServer;
  let client: MongoClient;
  let numbers: Collection;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
    server = await startDocumentServer({ file: join(folder, 'data.db'), port: 0, relaxed: true });
    client = await new MongoClient(server.uri).connect();
    numbers = client.db('test').collection('numbers');
    await numbers.insertMany(Array.from({ length: 20_000 }, (_, n) => ({ n, text: `number ${n}` })));
  });

  afterAll(async () => {
    await client.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const codeOf = async (command: Promise<unknown>): Promise<unknown> => {
    try {
      await command;
    } catch (error) {
      if (error instanceof MongoServerError) return error.code;
      throw error;
    }
    return undefined;
  };

  it('ends a scan that takes longer, for reads and writes', async () => {
    const slow = { text: { $regex: '(x+x+)+y' }, n: { $gte: -1 } };
    expect(await codeOf(numbers.find(slow, { maxTimeMS: 1 }).toArray())).toBe(MAX_TIME_EXPIRED);
    expect(await codeOf(numbers.distinct('n', slow, { maxTimeMS: 1 }))).toBe(MAX_TIME_EXPIRED);
    expect(await codeOf(numbers.updateMany(slow, { $set: { hit: true } }, { maxTimeMS: 1 }))).toBe(MAX_TIME_EXPIRED);
    expect(await codeOf(numbers.findOneAndDelete(slow, { maxTimeMS: 1 }))).toBe(MAX_TIME_EXPIRED);
    expect(await numbers.countDocuments({ hit: true })).toBe(0);
  });

  it('lets what is fast enough through, and cursors go on after it', async () => {
    const cursor = numbers.find({}, { maxTimeMS: 10_000, batchSize: 1000, sort: { _id: 1 } });
    expect(await cursor.toArray()).toHaveSize(20_000);
    expect(await codeOf(numbers.findOne({ n: 5 }, { maxTimeMS: 10_000 }))).toBeUndefined();
  });
});
