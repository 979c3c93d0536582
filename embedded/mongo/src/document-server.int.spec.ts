import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'bson';
import { MongoClient } from 'mongodb';
import { checkDataFile } from './storage/check-data-file.ts';
import { startDocumentServer, StartError, type DocumentServer } from './document-server.ts';

describe('document server', () => {
  let folder: string;
  const servers: DocumentServer[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kakehashi-mongo-'));
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
    rmSync(folder, { recursive: true });
  });

  const start = async (more: { maxPageCount?: number; port?: number } = {}): Promise<DocumentServer> => {
    const server = await startDocumentServer({ file: join(folder, 'data.db'), port: 0, relaxed: true, ...more });
    servers.push(server);
    return server;
  };

  it('refuses to listen beyond loopback', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
      await expectAsync(startDocumentServer({ file: join(folder, 'x.db'), port: 0, host })).toBeRejectedWithError(StartError);
    }
  });

  it('says in one sentence that the port is taken or the file is unusable', async () => {
    const port = Number(new URL((await start()).uri).port);
    await expectAsync(startDocumentServer({ file: join(folder, 'other.db'), port })).toBeRejectedWithError(
      StartError,
      /already in use\.$/,
    );
    writeFileSync(join(folder, 'text'), 'this is no database file, but long enough to be looked at'.repeat(20));
    await expectAsync(startDocumentServer({ file: join(folder, 'text'), port: 0 })).toBeRejectedWithError(
      StartError,
      /cannot be used/,
    );
  });

  it('does not share its data file with another server', async () => {
    await start();
    const second = startDocumentServer({ file: join(folder, 'data.db'), port: 0 });
    await expectAsync(second).toBeRejectedWithError(StartError, /another document server is using it/);
  });

  it('accepts directConnection as well', async () => {
    const { port } = new URL((await start()).uri);
    const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`);
    expect(await client.db('admin').command({ ping: 1 })).toEqual(jasmine.objectContaining({ ok: 1 }));
    await client.close();
  });

  it('closes only the connection that breaks the protocol', async () => {
    const server = await start();
    const client = new MongoClient(server.uri);
    await client.db('test').collection('a').insertOne({ a: 1 });
    const broken = [
      Buffer.from([0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0]),
      frame(9999, Buffer.alloc(8)),
      frame(2012, Buffer.alloc(8)),
      frame(2013, Buffer.from([0, 0, 0, 0, 7])),
    ];
    for (const bytes of broken) await expectAsync(closedAfter(server, bytes)).toBeResolvedTo(true);
    expect(await client.db('test').collection('a').countDocuments()).toBe(1);
    await client.close();
  });

  it('answers malformed BSON with an error and keeps the connection', async () => {
    const server = await start();
    const document = Buffer.from(serialize({ ping: 1, $db: 'admin' }));
    document[4] = 0x55; // no such element type
    const socket = await open(server);
    socket.write(frame(2013, Buffer.concat([Buffer.from([0, 0, 0, 0, 0]), document])));
    const [answer] = (await once(socket, 'data')) as [Buffer]; // a socket without encoding gives Buffers
    expect(answer.toString('latin1')).toContain('InvalidBSON');
    expect(socket.destroyed).toBeFalse();
    socket.destroy();
  });

  it('refuses a document of 17 MB, and serves that client on', async () => {
    const server = await start();
    const client = new MongoClient(server.uri);
    const collection = client.db('test').collection<{ _id: number; text?: string; parts?: string[] }>('a');
    await expectAsync(collection.insertOne({ _id: 0, text: 'x'.repeat(17_000_000) })).toBeRejected();
    const grown = { $push: { parts: { $each: Array.from({ length: 17 }, () => 'x'.repeat(999_000)) } } };
    await collection.insertOne({ _id: 1 });
    await expectAsync(collection.updateOne({}, grown)).toBeRejectedWith(jasmine.objectContaining({ code: 17419 }));
    expect(await collection.countDocuments({ parts: { $exists: false } })).toBe(1);
    await client.close();
  });

  it('outlives a client that vanishes between two batches of a cursor', async () => {
    const server = await start();
    const client = new MongoClient(server.uri);
    const collection = client.db('test').collection<{ n: number; text: string }>('a');
    await collection.insertMany(Array.from({ length: 300 }, (_, n) => ({ n, text: 'x'.repeat(20_000) })));
    const socket = await open(server);
    socket.write(frame(2013, Buffer.concat([Buffer.alloc(5), serialize({ find: 'a', batchSize: 200, $db: 'test' })])));
    await once(socket, 'data');
    socket.destroy();
    expect(await collection.countDocuments()).toBe(300);
    await client.close();
  });

  it('answers five hundred connections at once', async () => {
    const server = await start();
    const ping = frame(2013, Buffer.concat([Buffer.alloc(5), serialize({ ping: 1, $db: 'admin' })]));
    const sockets = await Promise.all(Array.from({ length: 500 }, () => open(server)));
    const answers = sockets.map((socket) => once(socket, 'data') as Promise<[Buffer]>); // a socket without encoding gives Buffers
    for (const socket of sockets) socket.write(ping);
    const received = await Promise.all(answers);
    expect(received.every(([bytes]) => bytes.toString('latin1').includes('ok'))).toBeTrue();
    for (const socket of sockets) socket.destroy();
  });

  it('builds an index on a large collection while others write, and lets queries use it only then', async () => {
    const server = await start();
    const client = new MongoClient(server.uri);
    const collection = client.db('test').collection<{ _id: number; tag: number }>('a');
    await collection.insertMany(Array.from({ length: 6_000 }, (_, n) => ({ _id: n, tag: n % 100 })));
    let isBuilt = false;
    const building = collection.createIndex({ tag: 1 }).then(() => {
      isBuilt = true;
    });
    let writes = 0;
    for (; !isBuilt; writes += 1) {
      await collection.updateOne({ _id: 5_999 - writes }, { $set: { tag: 1_000 } });
      await collection.deleteOne({ _id: writes });
      await collection.insertOne({ _id: 10_000 + writes, tag: 1_000 });
    }
    await building;
    expect(writes).toBeGreaterThan(0);
    const moved = await collection.find({ tag: 1_000 }).hint('tag_1').toArray();
    expect(moved.length).toBe(writes * 2);
    expect(checkDataFile(join(folder, 'data.db')).problems).toEqual([]);
    await client.close();
  });

  it('drops an index again that meets a duplicate while it is built', async () => {
    const server = await start();
    const client = new MongoClient(server.uri);
    const collection = client.db('test').collection<{ n: number }>('a');
    await collection.insertMany(Array.from({ length: 3_000 }, (_, n) => ({ n: n % 2_999 })));
    await expectAsync(collection.createIndex({ n: 1 }, { unique: true })).toBeRejectedWith(
      jasmine.objectContaining({ code: 11000 }),
    );
    expect((await collection.indexes()).map((index) => index.name)).toEqual(['_id_']);
    await client.close();
  });

  it('answers OutOfDiskSpace when the disk is full, keeps what it has, and goes on', async () => {
    const server = await start({ maxPageCount: 200 });
    const client = new MongoClient(server.uri);
    const collection = client.db('test').collection('a');
    const text = 'x'.repeat(100_000);
    let stored = 0;
    const fill = async (): Promise<void> => {
      for (;;) {
        await collection.insertOne({ text });
        stored += 1;
      }
    };
    await expectAsync(fill()).toBeRejectedWith(jasmine.objectContaining({ code: 14031 }));
    expect(stored).toBeGreaterThan(1);
    expect(await collection.countDocuments()).toBe(stored);
    await collection.deleteMany({});
    await collection.insertOne({ text });
    expect(await collection.countDocuments()).toBe(1);
    await client.close();
  });
});

function frame(opcode: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(16 + body.length, 0);
  head.writeInt32LE(opcode, 12);
  return Buffer.concat([head, body]);
}

async function open(server: DocumentServer): Promise<Socket> {
  const socket = connect(Number(new URL(server.uri).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function closedAfter(server: DocumentServer, bytes: Buffer): Promise<boolean> {
  const socket = await open(server);
  socket.on('error', () => undefined); // a reset counts as closed too
  socket.write(bytes);
  socket.resume();
  await once(socket, 'close');
  return socket.destroyed;
}
