import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient, type Collection } from 'mongodb';

interface Mark {
  _id: string;
  tag: number;
}

const ROUNDS = 3;

/** Starts the server as users do; returns the process and its address. */
async function startChild(file: string): Promise<{ child: ChildProcess; uri: string }> {
  const main = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [main, '--file', file, '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const line = String((await once(child.stdout, 'data'))[0]); // the first chunk of stdout
  return { child, uri: line.replace('listening on ', '').trim() };
}

/** Writes until the connection breaks; adds each id only after the server has acknowledged it. */
async function writeUntilKilled(collection: Collection<Mark>, prefix: string, acknowledged: Set<string>): Promise<void> {
  for (let number = 0; ; number += 1) {
    const id = `${prefix}-${number}`;
    try {
      await collection.insertOne({ _id: id, tag: number % 7 });
      acknowledged.add(id);
    } catch {
      return;
    }
  }
}

describe('a killed document server', () => {
  it('has lost nothing it acknowledged, and its indexes agree with its documents', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
    const file = join(folder, 'data.db');
    const acknowledged = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const { child, uri } = await startChild(file);
      const client = new MongoClient(uri, { serverSelectionTimeoutMS: 300, retryWrites: false });
      const collection = client.db('test').collection<Mark>('marks');
      await collection.createIndex({ tag: 1 });
      const writers = Array.from({ length: 4 }, (_, writer) => writeUntilKilled(collection, `${round}-${writer}`, acknowledged));
      await delay(400);
      child.kill('SIGKILL');
      await Promise.all(writers);
      await client.close(true);
    }
    const { child, uri } = await startChild(file);
    const client = new MongoClient(uri);
    const collection = client.db('test').collection<Mark>('marks');
    const stored = new Set((await collection.find().hint({ $natural: 1 }).toArray()).map((mark) => mark._id));
    const indexed = await collection
      .find({ tag: { $gte: 0 } })
      .hint('tag_1')
      .toArray();
    await client.close();
    child.kill('SIGTERM');
    const [exitCode] = (await once(child, 'exit')) as [number]; // the event's first argument
    rmSync(folder, { recursive: true });
    expect(acknowledged.size).toBeGreaterThan(20);
    expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
    expect(new Set(indexed.map((mark) => mark._id))).toEqual(stored);
    expect(exitCode).toBe(0);
  }, 60_000);
});
