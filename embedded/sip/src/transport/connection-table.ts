import type { Server, Socket } from 'node:net';
import { plainAddress, sourceKey } from './ip-address.ts';

/** How many connections are kept and for how long. */
export interface ConnectionLimits {
  readonly total: number;
  readonly perSource: number;
  /** A connection on which nothing came for so long is closed; a keep-alive (RFC 5626 §3.5.1) counts. */
  readonly idleMs: number;
  /** A new connection must bring its first whole message within this time, and every message must come to its end within it. */
  readonly firstMessageMs: number;
}

/** One connection under watch. */
export class WatchedConnection {
  readonly socket: Socket;
  readonly source: string;
  /** Whether a whole message has come. */
  hasSpoken = false;
  bytesRead = 0;
  heardAtMs = performance.now();
  private unfinishedSinceMs: number | undefined;

  constructor(socket: Socket, source: string) {
    this.socket = socket;
    this.source = source;
  }

  /** Told after every chunk: whether part of a message is left, and whether that message began in this chunk. */
  noteUnfinished(isUnfinished: boolean, isNew: boolean): void {
    if (!isUnfinished) this.unfinishedSinceMs = undefined;
    else if (isNew || this.unfinishedSinceMs === undefined) this.unfinishedSinceMs = performance.now();
  }

  /** Whether it is to be closed: nothing has come for too long, or a message takes too long to come. */
  isOverdue(nowMs: number, { idleMs, firstMessageMs }: ConnectionLimits): boolean {
    if (this.hasSpoken && this.socket.bytesRead !== this.bytesRead) this.heardAtMs = nowMs;
    this.bytesRead = this.socket.bytesRead;
    if (this.unfinishedSinceMs !== undefined && nowMs - this.unfinishedSinceMs >= firstMessageMs) return true;
    return nowMs - this.heardAtMs >= (this.hasSpoken ? idleMs : firstMessageMs);
  }
}

const SWEEPS_PER_LIMIT = 4;

/** All connections of the server, whatever their transport: counted by source, closed when nothing is heard on them. */
export class ConnectionTable {
  private readonly limits: ConnectionLimits;
  private readonly isTrusted: (address: string) => boolean;
  private readonly connections = new Set<WatchedConnection>();
  private readonly bySource = new Map<string, number>();
  private readonly sweeper: NodeJS.Timeout;

  constructor(limits: ConnectionLimits, isTrusted: (address: string) => boolean) {
    this.limits = limits;
    this.isTrusted = isTrusted;
    this.sweeper = setInterval(() => this.sweep(), Math.min(limits.idleMs, limits.firstMessageMs) / SWEEPS_PER_LIMIT);
    this.sweeper.unref();
  }

  count(): number {
    return this.connections.size;
  }

  /**
   * Watches every connection made to a server, and destroys those that are too many. Returns how to find the watch again from the socket that
   * is spoken through: over TLS that is a second socket on top of the one that was accepted, with the same remote port.
   */
  admitAll(server: Server): (socket: Socket) => WatchedConnection | undefined {
    const watches = new Map<string, WatchedConnection>();
    const nameOf = (socket: Socket): string => `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;
    server.prependListener('connection', (socket: Socket) => {
      const watch = this.admit(socket);
      if (watch === undefined) return;
      const name = nameOf(socket);
      watches.set(name, watch);
      socket.once('close', () => watches.delete(name));
    });
    return (socket) => watches.get(nameOf(socket));
  }

  private admit(socket: Socket): WatchedConnection | undefined {
    const address = plainAddress(socket.remoteAddress);
    const ofSource = this.bySource.get(sourceKey(address)) ?? 0;
    const hasRoom = this.connections.size < this.limits.total && ofSource < this.limits.perSource;
    if (hasRoom || this.isTrusted(address)) return this.watch(socket, address);
    socket.on('error', () => undefined);
    socket.destroy();
    return undefined;
  }

  /** Takes in a connection, of ours or admitted. It leaves by itself when it is closed. */
  watch(socket: Socket, address: string): WatchedConnection {
    const source = sourceKey(address);
    const connection = new WatchedConnection(socket, source);
    this.connections.add(connection);
    this.bySource.set(source, (this.bySource.get(source) ?? 0) + 1);
    socket.once('close', () => this.forget(connection));
    return connection;
  }

  /** Ends all connections, also those that have not come as far as SIP: a server does not end before them. */
  close(): void {
    clearInterval(this.sweeper);
    for (const { socket } of this.connections) socket.destroy();
  }

  private forget(connection: WatchedConnection): void {
    this.connections.delete(connection);
    const left = (this.bySource.get(connection.source) ?? 1) - 1;
    if (left > 0) this.bySource.set(connection.source, left);
    else this.bySource.delete(connection.source);
  }

  private sweep(): void {
    const nowMs = performance.now();
    for (const connection of this.connections) {
      if (connection.isOverdue(nowMs, this.limits)) connection.socket.destroy();
    }
  }
}
