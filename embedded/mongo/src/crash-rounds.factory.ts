import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient, type Collection } from 'mongodb';
import { startChild } from './document-server-child.factory.ts';
import { startDocumentServer } from './document-server.ts';
import { checkDataFile } from './storage/check-data-file.ts';

interface Mark {
  _id: string;
  tag: number;
  tags: number[];
  version: number;
}

const WRITERS = 6;
const LOAD_MS = 300;

/** What the server has acknowledged: the least version of each document, and the documents that are gone. */
class Acknowledged {
  readonly versions = new Map<string, number>();
  readonly removed = new Set<string>();
}

/**
 * Kills a server under a write load again and again. Returns what a restarted server had lost or a check of its file found, one
 * sentence each, and how much had been acknowledged.
 */
export async function killAgainAndAgain(rounds: number): Promise<{ problems: string[]; acknowledged: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
  const file = join(folder, 'data.db');
  const acknowledged = new Acknowledged();
  const problems: string[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      await loadAndKill(file, round, acknowledged);
      const found = [...checkDataFile(file).problems, ...(await lostWrites(file, acknowledged))];
      problems.push(...found.map((problem) => `round ${round}: ${problem}`));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { problems, acknowledged: acknowledged.versions.size + acknowledged.removed.size };
}

async function loadAndKill(file: string, round: number, acknowledged: Acknowledged): Promise<void> {
  const { child, uri } = await startChild(file);
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 300, retryWrites: false });
  const marks = client.db('test').collection<Mark>('marks');
  await marks.createIndexes([{ key: { tag: 1, version: -1 } }, { key: { tags: 1 } }]);
  const writers = Array.from({ length: WRITERS }, (_, writer) =>
    writeUntilKilled(client, marks, `${round}-${writer}`, acknowledged),
  );
  await delay(LOAD_MS + Math.random() * LOAD_MS);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await Promise.all([...writers, exited]);
  await client.close(true);
}

/** Inserts, changes, moves in a transaction and removes, and notes each only after the server has acknowledged it. */
async function writeUntilKilled(
  client: MongoClient,
  marks: Collection<Mark>,
  prefix: string,
  { versions, removed }: Acknowledged,
): Promise<void> {
  for (let number = 0; ; number += 1) {
    const _id = `${prefix}-${number}`;
    const before = `${prefix}-${number - 1}`;
    try {
      await marks.insertOne({ _id, tag: number % 7, tags: [number % 3, number % 5], version: 0 });
      versions.set(_id, 0);
      await marks.updateOne({ _id }, { $inc: { version: 1, tag: 1 }, $push: { tags: number % 11 } });
      versions.set(_id, 1);
      if (number % 4 === 1) await moveVersion(client, marks, _id, before);
      if (number % 4 === 1) versions.set(_id, 2);
      if (number % 4 !== 3) continue;
      versions.delete(before);
      await marks.deleteOne({ _id: before });
      removed.add(before);
    } catch {
      return;
    }
  }
}

async function moveVersion(client: MongoClient, marks: Collection<Mark>, to: string, from: string): Promise<void> {
  const session = client.startSession();
  try {
    session.startTransaction();
    await marks.updateOne({ _id: from }, { $inc: { version: 0 }, $set: { tags: [] } }, { session });
    await marks.updateOne({ _id: to }, { $inc: { version: 1 } }, { session });
    await session.commitTransaction();
  } finally {
    await session.endSession().catch(() => undefined);
  }
}

async function lostWrites(file: string, { versions, removed }: Acknowledged): Promise<string[]> {
  const server = await startDocumentServer({ file, port: 0 });
  const client = new MongoClient(server.uri);
  try {
    const stored = await client.db('test').collection<Mark>('marks').find().hint({ $natural: 1 }).toArray();
    const found = new Map(stored.map((mark) => [mark._id, mark.version]));
    const lost = [...versions].filter(([id, version]) => (found.get(id) ?? -1) < version).map(([id]) => `${id} was lost`);
    return [...lost, ...[...removed].filter((id) => found.has(id)).map((id) => `${id} came back`)];
  } finally {
    await client.close();
    await server.close();
  }
}
