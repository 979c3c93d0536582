// A process of its own: what a city's other work does to the machine. Database writes, pages being made, and 200 talkative connections.
import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { deflateSync } from 'node:zlib';

const SOCKETS = 200;
const MESSAGE_EVERY_MS = 200;
/** So much of one processor each. */
const WRITES_EVERY_MS = 20;
const WRITES_AT_ONCE = 50;
const PAGE_EVERY_MS = 25;
const PAGE_BYTES = 300_000;

process.once('disconnect', () => process.exit(0));
writeRows();
makePages();
keepTalking();
process.send?.('busy');

/** Committed to the disk, as an audit trail is. */
function writeRows(): void {
  const file = join(tmpdir(), `bench-neighbours-${process.pid}.sqlite`);
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entry (id INTEGER PRIMARY KEY, body TEXT)');
  const insert = database.prepare('INSERT INTO entry (body) VALUES (?)');
  process.once('exit', () => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  });
  setInterval(() => {
    database.exec('BEGIN');
    for (let row = 0; row < WRITES_AT_ONCE; row += 1) insert.run(randomBytes(500).toString('hex'));
    database.exec('COMMIT');
  }, WRITES_EVERY_MS);
}

/** Compressing and hashing, which is most of making a PDF. */
function makePages(): void {
  const page = Buffer.from(randomBytes(PAGE_BYTES / 4).toString('hex') + 'BT /F1 12 Tf ET '.repeat(PAGE_BYTES / 32));
  setInterval(() => {
    createHash('sha256').update(deflateSync(page)).digest();
  }, PAGE_EVERY_MS);
}

function keepTalking(): void {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
    // An address and a port, as it listens on no path.
    const { port } = server.address() as AddressInfo;
    for (let n = 0; n < SOCKETS; n += 1) {
      const socket = connect(port, '127.0.0.1');
      socket.on('data', () => undefined);
      setInterval(() => socket.write(JSON.stringify({ n, at: Date.now(), body: 'x'.repeat(400) })), MESSAGE_EVERY_MS);
    }
  });
}
