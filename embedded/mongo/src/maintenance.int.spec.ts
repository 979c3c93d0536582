import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MongoClient } from 'mongodb';
import { runMain, startChild, startMain } from './document-server-child.factory.ts';
import { startDocumentServer } from './document-server.ts';

interface Item {
  _id: number;
  tag: number;
  text?: string;
}

describe('maintenance of a data file', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
    file = join(folder, 'data.db');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const fill = async (count: number): Promise<void> => {
    const server = await startDocumentServer({ file, port: 0, relaxed: true });
    const client = new MongoClient(server.uri);
    const items = client.db('test').collection<Item>('items');
    await items.createIndex({ tag: 1 }, { name: 'by_tag' });
    await items.insertMany(Array.from({ length: count }, (_, number) => ({ _id: number, tag: number % 10 })));
    await client.close();
    await server.close();
  };

  it('backs up a file a server is writing to, and restores it', async () => {
    const { child, uri } = await startChild(file);
    const client = new MongoClient(uri);
    const items = client.db('test').collection<Item>('items');
    await items.createIndex({ tag: 1 });
    await items.insertMany(Array.from({ length: 5_000 }, (_, number) => ({ _id: number, tag: number % 10 })));
    const backup = join(folder, 'backup.db');
    let added = 5_000;
    let isDone = false;
    const writing = (async () => {
      for (; !isDone; added += 1) await items.insertOne({ _id: added, tag: 1 });
    })();
    const outcome = await startMain('--file', file, '--backup', backup);
    isDone = true;
    await writing;
    await client.close();
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    expect(outcome).toBe(0);
    expect(existsSync(`${backup}-wal`)).toBeFalse();
    const restored = join(folder, 'restored.db');
    expect(runMain('--file', restored, '--restore', backup).code).toBe(0);
    expect(runMain('--file', restored, '--check').output).toMatch(/is sound: 1 collections/);
    expect(await countIn(restored)).toBeGreaterThanOrEqual(5_000);
  }, 30_000);

  it('replaces neither a data file nor a backup', async () => {
    await fill(3);
    expect(runMain('--file', file, '--backup', file)).toEqual(
      jasmine.objectContaining({ code: 1, output: jasmine.stringContaining('exists already') }),
    );
    const again = runMain('--file', file, '--restore', file);
    expect(again).toEqual(jasmine.objectContaining({ code: 1, output: jasmine.stringContaining('move it away first') }));
  });

  it('finds a missing entry, an entry too many, a document that is no BSON and a table of nobody', async () => {
    await fill(20);
    expect(runMain('--file', file, '--check').code).toBe(0);
    const damage = [
      'DELETE FROM index_3 WHERE rid = 4',
      "INSERT INTO index_3 (key, rid) VALUES (x'00', 5)",
      "UPDATE documents_1 SET body = x'0500000001' WHERE rid = 7",
      'CREATE TABLE documents_99 (rid INTEGER PRIMARY KEY)',
    ];
    const database = new DatabaseSync(file);
    for (const sql of damage) database.exec(sql);
    database.close();
    const { code, output } = runMain('--file', file, '--check');
    expect(code).toBe(1);
    for (const finding of ['lacks document 4', 'entries', 'document 7 is no BSON', 'documents_99 belongs to no collection']) {
      expect(output).toContain(finding);
    }
    const refused = runMain('--file', join(folder, 'new.db'), '--restore', file);
    expect(refused).toEqual(jasmine.objectContaining({ code: 1, output: jasmine.stringContaining('damaged') }));
  });

  it('keeps everything it acknowledged on a disk that is full, and goes on when there is room again', async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'kakehashi', disk]).status !== 0)
      return pending('a small disk can be mounted by root only');
    try {
      file = join(disk, 'data.db');
      const server = await startDocumentServer({ file, port: 0 });
      const client = new MongoClient(server.uri);
      const items = client.db('test').collection<Item>('items');
      await items.createIndex({ tag: 1 });
      let stored = 0;
      const insertForEver = async (): Promise<void> => {
        for (; ; stored += 1) await items.insertOne({ _id: stored, tag: stored % 7, text: 'x'.repeat(20_000) });
      };
      await expectAsync(insertForEver()).toBeRejectedWith(jasmine.objectContaining({ code: 14031 }));
      expect(stored).toBeGreaterThan(50);
      expect(await items.countDocuments({ tag: { $gte: 0 } })).toBe(stored);
      expect(runMain('--file', file, '--check').code).toBe(0);
      spawnSync('mount', ['-o', 'remount,size=32m', disk]);
      await items.insertOne({ _id: -1, tag: 1 });
      expect(await items.countDocuments()).toBe(stored + 1);
      await client.close();
      await server.close();
      expect(runMain('--file', file, '--check').output).toContain(`${stored + 1} documents`);
    } finally {
      spawnSync('umount', [disk]);
    }
  }, 30_000);

  async function countIn(path: string): Promise<number> {
    const server = await startDocumentServer({ file: path, port: 0, relaxed: true });
    const client = new MongoClient(server.uri);
    const count = await client.db('test').collection('items').countDocuments();
    await client.close();
    await server.close();
    return count;
  }
});
