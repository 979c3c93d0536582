import type { AddressInfo, Server, Socket } from 'node:net';
import { Buffer } from 'node:buffer';
import type { WatchedConnection } from './connection-table.ts';
import { formatEndpoint } from './flow.ts';
import type { Endpoint, Flow, Target, Transport, TransportEvents } from './flow.ts';
import { plainAddress } from './ip-address.ts';
import type { Protection } from './protection.ts';
import { StreamFraming } from './stream-framing.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** A peer that does not read is cut off rather than buffered for. */
const MAX_UNSENT_BYTES = 1_048_576;

/** What TCP and TLS do differently. */
export interface StreamKind {
  readonly protocol: 'tcp' | 'tls';
  /** The event of the server, and of a socket, that says a connection is ready for SIP. */
  readonly acceptEvent: 'connection' | 'secureConnection';
  readonly connectEvent: 'connect' | 'secureConnect';
  /** Begins to connect. */
  connect(target: Target): Socket;
}

class StreamFlow implements Flow {
  readonly protocol: 'tcp' | 'tls';
  readonly isReliable = true;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly socket: Socket;
  private readonly readiness: Promise<boolean>;

  constructor(socket: Socket, transport: StreamTransport, remote: Endpoint, readiness: Promise<boolean>) {
    this.socket = socket;
    this.protocol = transport.protocol;
    this.local = transport.local;
    this.remote = remote;
    this.readiness = readiness;
  }

  isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  ready(): Promise<boolean> {
    return this.readiness;
  }

  send(bytes: Buffer, onError: () => void): void {
    if (this.socket.writableLength > MAX_UNSENT_BYTES) this.socket.destroy();
    if (!this.isOpen()) {
      setImmediate(onError);
      return;
    }
    this.socket.write(bytes, (error) => {
      if (error) onError();
    });
  }

  /** A connection cannot be made from a forged address. */
  noteReachable(): void {}
}

/** SIP in a byte stream: the connections made to one listening socket, and those made from here. */
class StreamTransport implements Transport {
  readonly protocol: 'tcp' | 'tls';
  readonly local: Endpoint;
  private readonly server: Server;
  private readonly kind: StreamKind;
  private readonly events: TransportEvents;
  private readonly protection: Protection;
  private readonly flows = new Map<string, StreamFlow>();

  constructor(server: Server, kind: StreamKind, local: Endpoint, events: TransportEvents, protection: Protection) {
    this.server = server;
    this.kind = kind;
    this.protocol = kind.protocol;
    this.local = local;
    this.events = events;
    this.protection = protection;
  }

  open(target: Target): Flow {
    const key = this.keyOf(target);
    const existing = this.flows.get(key);
    if (existing?.isOpen()) return existing;
    const socket = this.kind.connect(target);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy());
    const watch = this.protection.connections.watch(socket, target.host);
    // Whom we call need not speak first.
    watch.hasSpoken = true;
    const readiness = new Promise<boolean>((resolve) => {
      socket.once('close', () => resolve(false));
      socket.once(this.kind.connectEvent, () => {
        socket.setTimeout(0);
        resolve(true);
      });
    });
    return this.adopt(socket, { remote: { host: target.host, port: target.port }, key, watch, readiness });
  }

  /** Takes a connection that was made to us. */
  accept(socket: Socket, watch: WatchedConnection): void {
    const remote = { host: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 };
    this.adopt(socket, { remote, key: this.keyOf(remote), watch, readiness: Promise.resolve(true) });
  }

  /** Over TLS a connection is only reused for the name it was verified for, hence never one that was made to us (RFC 5923 §8). */
  private keyOf(target: Target): string {
    return `${formatEndpoint(target)} ${this.protocol === 'tls' ? (target.serverName ?? '') : ''}`;
  }

  private adopt(
    socket: Socket,
    { remote, key, watch, readiness }: { remote: Endpoint; key: string; watch: WatchedConnection; readiness: Promise<boolean> },
  ): Flow {
    const flow = new StreamFlow(socket, this, remote, readiness);
    this.flows.set(key, flow);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    this.read(flow, watch);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.flows.get(key) === flow) this.flows.delete(key);
      this.events.onClosed(flow);
    });
    return flow;
  }

  private read(flow: StreamFlow, watch: WatchedConnection): void {
    const { socket } = flow;
    const framing = new StreamFraming();
    socket.on('data', (chunk: Buffer) => {
      let pauseMs = 0;
      let pongs = '';
      let hasFinished = false;
      for (const event of framing.push(chunk)) {
        if (event.kind === 'message') {
          watch.hasSpoken = true;
          hasFinished = true;
          pauseMs = Math.max(pauseMs, this.events.onBytes(event.bytes, flow));
        } else if (event.kind === 'ping') {
          pauseMs = Math.max(pauseMs, this.protection.pauseAfterMessage(flow.remote.host));
          pongs += '\r\n';
        } else socket.destroy();
      }
      if (pongs !== '') flow.send(Buffer.from(pongs), () => undefined);
      watch.noteUnfinished(framing.isUnfinished, hasFinished);
      if (pauseMs === 0) return;
      socket.pause();
      setTimeout(() => socket.resume(), pauseMs).unref();
    });
  }

  close(): Promise<void> {
    for (const flow of this.flows.values()) flow.socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** Makes the server listen and speak SIP. Rejects when the port is taken. */
export async function listenStream(
  server: Server,
  kind: StreamKind,
  at: Endpoint,
  { events, protection }: { events: TransportEvents; protection: Protection },
): Promise<Transport> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: at.port, host: at.host, ipv6Only: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A server listening on a host and port has an AddressInfo, never a pipe name.
  const { port } = server.address() as AddressInfo;
  const transport = new StreamTransport(server, kind, { host: at.host, port }, events, protection);
  const watchOf = protection.connections.admitAll(server);
  server.on(kind.acceptEvent, (socket: Socket) => {
    const watch = watchOf(socket);
    if (watch === undefined) socket.destroy();
    else transport.accept(socket, watch);
  });
  server.on('error', () => undefined);
  return transport;
}
