import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient, type Collection } from 'mongodb';
import { startDocumentServer, type DocumentServer } from '../document-server.ts';

interface Item {
  _id: number;
  n: number;
}

const MINUTE_MS = 60_000;

describe('time limits of a document server', () => {
  let folder: string;
  let server: DocumentServer;
  let client: MongoClient;
  let items: Collection<Item>;
  let clockMs = Date.UTC(2026, 3, 1);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
    server = await startDocumentServer({ file: join(folder, 'data.db'), port: 0, relaxed: true, now: () => clockMs });
    client = new MongoClient(server.uri);
    items = client.db('test').collection<Item>('items');
    await items.insertMany([1, 2, 3].map((_id) => ({ _id, n: 0 })));
  });

  afterEach(async () => {
    await client.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const pass = async (ms: number): Promise<void> => {
    clockMs += ms;
    await server.sweep();
  };

  it('abort a transaction after a minute', async () => {
    const session = client.startSession();
    session.startTransaction();
    await items.updateOne({ _id: 1 }, { $set: { n: 1 } }, { session });
    await pass(MINUTE_MS + 1);
    await expectAsync(session.commitTransaction()).toBeRejectedWith(jasmine.objectContaining({ code: 251 }));
    await session.endSession();
    expect((await items.findOne({ _id: 1 }))?.n).toBe(0);
  });

  it('do not let a write wait for a transaction that is overdue', async () => {
    const session = client.startSession();
    session.startTransaction();
    await items.updateOne({ _id: 1 }, { $set: { n: 1 } }, { session });
    clockMs += MINUTE_MS + 1;
    await items.updateOne({ _id: 1 }, { $set: { n: 2 } });
    await expectAsync(session.commitTransaction()).toBeRejectedWith(jasmine.objectContaining({ code: 251 }));
    await session.endSession();
    expect((await items.findOne({ _id: 1 }))?.n).toBe(2);
  });

  it('close a cursor nobody has read from for ten minutes', async () => {
    const [idle, used] = [items.find().batchSize(1), items.find().batchSize(1)];
    await Promise.all([idle.next(), used.next()]);
    await pass(9 * MINUTE_MS);
    await used.next();
    await pass(2 * MINUTE_MS);
    await expectAsync(idle.next()).toBeRejectedWith(jasmine.objectContaining({ code: 43 }));
    expect(await used.next()).toEqual({ _id: 3, n: 0 });
  });

  it('remove what a TTL index says has expired, and nothing else', async () => {
    const events = client.db('test').collection<{ _id: number; at: Date | Date[] | string }>('events');
    await events.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    const [old, fresh] = [new Date(clockMs - MINUTE_MS), new Date(clockMs)];
    await events.insertMany([
      { _id: 1, at: old },
      { _id: 2, at: fresh },
      { _id: 3, at: [fresh, old] },
      { _id: 4, at: 'no date' },
    ]);
    await pass(1);
    expect((await events.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual([2, 4]);
  });
});
