import { createServer, isIP, type AddressInfo, type Server, type Socket } from 'node:net';
import { pino, type Logger } from 'pino';
import { ClientConnection } from './client-connection.ts';
import { CommandRunner } from './commands/command-runner.ts';
import { REPLICA_SET } from './commands/handshake.ts';
import { queryShapesFile } from './config.ts';
import { ShapeLog } from './shapes/shape-log.ts';
import { DocumentStore } from './storage/document-store.ts';
import { removeExpired } from './ttl-sweeper.ts';

const SWEEP_INTERVAL_MS = 60_000;

export interface DocumentServerOptions {
  /** Path of the data file; it is created when missing. */
  readonly file: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** A loopback address; anything else is refused. */
  readonly host?: string;
  /** Skips fsync at commit. For tests. */
  readonly relaxed?: boolean;
  /** Milliseconds since the epoch; a test may pass its own clock. */
  readonly now?: () => number;
  readonly log?: Logger;
  /** Largest size of the data file in pages, for tests of a full disk. */
  readonly maxPageCount?: number;
  /** Allows the fail points of drivers' tests. */
  readonly hasTestCommands?: boolean;
}

export interface DocumentServer {
  /** Connection string for drivers. */
  readonly uri: string;
  /** Removes expired documents and idle state now, as the server does by itself every 60 s. */
  sweep(): Promise<void>;
  /** Ends all connections, rolls back open transactions and closes the file. */
  close(): Promise<void>;
}

/** The server cannot start: the message is one sentence for the user. */
export class StartError extends Error {}

/** Opens the data file and listens on loopback. Throws StartError when the file or the port cannot be used. */
export async function startDocumentServer(options: DocumentServerOptions): Promise<DocumentServer> {
  const host = options.host ?? '127.0.0.1';
  assertLoopback(host);
  const log = options.log ?? pino({ level: 'silent' });
  const now = options.now ?? Date.now;
  const store = openStore(options);
  let address = '';
  const shapesFile = queryShapesFile();
  const shapes = shapesFile === undefined ? undefined : new ShapeLog(shapesFile);
  const runner = new CommandRunner({
    store,
    address: () => address,
    now,
    hasTestCommands: options.hasTestCommands === true,
    shapes,
  });
  const sockets = new Set<Socket>();
  let lastConnectionId = 0;
  const server = createServer((socket) => {
    lastConnectionId += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    void new ClientConnection(socket, runner, log, lastConnectionId).serve();
  });
  const port = await listen(server, options.port, host, store);
  address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const sweep = async (): Promise<void> => {
    const removed = await removeExpired(store, now());
    if (removed > 0) log.info({ removed }, 'expired documents removed');
    runner.sweep();
  };
  const timer = setInterval(() => void guardedSweep(sweep, log), SWEEP_INTERVAL_MS);
  timer.unref();
  const close = async (): Promise<void> => {
    clearInterval(timer);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    store.close();
  };
  return { uri: `mongodb://${address}/?replicaSet=${REPLICA_SET}`, sweep, close };
}

/** A sweep that fails, as on a full disk, is tried again a minute later. */
async function guardedSweep(sweep: () => Promise<void>, log: Logger): Promise<void> {
  try {
    await sweep();
  } catch (error) {
    log.error({ err: error }, 'sweep failed');
  }
}

function assertLoopback(host: string): void {
  const isLoopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (!isLoopback)
    throw new StartError(`The embedded document server has no access control and listens on loopback only, not on ${host}.`);
}

function openStore(options: DocumentServerOptions): DocumentStore {
  try {
    return new DocumentStore({
      file: options.file,
      relaxed: options.relaxed ?? false,
      ...(options.maxPageCount === undefined ? {} : { maxPageCount: options.maxPageCount }),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The data file ${options.file} cannot be used: ${reason}.`, { cause: error });
  }
}

async function listen(server: Server, port: number, host: string, store: DocumentStore): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host }, resolve);
    });
  } catch (error) {
    store.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = code === 'EADDRINUSE' ? 'is already in use' : `cannot be opened (${code})`;
    throw new StartError(`Port ${port} on ${host} ${reason}.`, { cause: error });
  }
  return (server.address() as AddressInfo).port; // a TCP server's address is an object
}
