import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startDocumentServer } from '../document-server.ts';

describe('the log of query shapes', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
  });

  afterEach(() => {
    delete process.env['KAKEHASHI_QUERY_SHAPES'];
    rmSync(folder, { recursive: true });
  });

  const work = async (): Promise<void> => {
    const server = await startDocumentServer({ file: join(folder, 'data.db'), port: 0, relaxed: true });
    const client = await new MongoClient(server.uri).connect();
    const persons = client.db('test').collection<{ _id: number; name: string }>('persons');
    await persons.insertOne({ _id: 1, name: 'secret' });
    for (let round = 0; round < 2; round += 1) await persons.find({ _id: { $gt: 0 }, name: 'secret' }).toArray();
    await client.close();
    await server.close();
  };

  it('holds each kind of command once with its plan, and no names or values', async () => {
    const log = join(folder, 'shapes.log');
    process.env['KAKEHASHI_QUERY_SHAPES'] = log;
    await work();
    const text = readFileSync(log, 'utf8');
    const finds = text.split('\n').filter((line) => line.includes('"find"'));
    expect(finds).toEqual(['{"features":["filter $gt","filter equality","find"],"plan":"IXSCAN"}']);
    expect(text).not.toMatch(/secret|persons|name/);
  });

  it('is not written unless asked for', async () => {
    await work();
    expect(existsSync(join(folder, 'shapes.log'))).toBeFalse();
  });
});
