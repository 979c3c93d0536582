import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { Buffer } from 'node:buffer';
import { WebSocket, WebSocketServer } from 'ws';
import { LIMITS } from '../message/parser.ts';
import type { WatchedConnection } from './connection-table.ts';
import type { Endpoint, Flow, Transport, TransportEvents } from './flow.ts';
import { plainAddress } from './ip-address.ts';
import type { Protection } from './protection.ts';
import type { TlsFiles } from './tls-transport.ts';

const HEARTBEAT_MS = 30_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_UNSENT_BYTES = 1_048_576;
const PONG = Buffer.from('\r\n');

class WsFlow implements Flow {
  readonly protocol: 'ws' | 'wss';
  readonly isReliable = true;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly socket: WebSocket;
  /** Whether the peer answered since the last heartbeat. */
  isAlive = true;
  private resumption: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, transport: WsTransport, remote: Endpoint) {
    this.socket = socket;
    this.protocol = transport.protocol;
    this.local = transport.local;
    this.remote = remote;
  }

  isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  ready(): Promise<boolean> {
    return Promise.resolve(this.isOpen());
  }

  send(bytes: Buffer, onError: () => void): void {
    if (this.socket.bufferedAmount > MAX_UNSENT_BYTES) this.socket.terminate();
    if (!this.isOpen()) {
      setImmediate(onError);
      return;
    }
    // RFC 7118 §4.2: text frames when the message is UTF-8, which browsers handle most easily.
    this.socket.send(bytes, { binary: false }, (error) => {
      if (error) onError();
    });
  }

  /** Answers a ping, unless what was answered before is still unread. */
  pong(data: Buffer): void {
    if (this.socket.bufferedAmount > MAX_UNSENT_BYTES) this.socket.terminate();
    else this.socket.pong(data);
  }

  /** Reads on after this many ms. The latest word counts: a chunk may hold many messages, each with a longer pause. */
  pauseReading(pauseMs: number): void {
    if (pauseMs === 0) return;
    clearTimeout(this.resumption);
    this.socket.pause();
    this.resumption = setTimeout(() => this.socket.resume(), pauseMs).unref();
  }

  /** A connection cannot be made from a forged address. */
  noteReachable(): void {}
}

class WsTransport implements Transport {
  readonly protocol: 'ws' | 'wss';
  readonly local: Endpoint;
  private readonly server: Server;
  private readonly upgrades: WebSocketServer;
  private readonly events: TransportEvents;
  private readonly protection: Protection;
  private readonly flows = new Set<WsFlow>();
  private readonly heartbeat: NodeJS.Timeout;

  constructor(
    protocol: 'ws' | 'wss',
    server: Server,
    local: Endpoint,
    options: { events: TransportEvents; protection: Protection },
  ) {
    this.protocol = protocol;
    this.server = server;
    this.local = local;
    this.events = options.events;
    this.protection = options.protection;
    this.upgrades = new WebSocketServer({
      noServer: true,
      maxPayload: LIMITS.messageBytes,
      perMessageDeflate: false,
      // The library would answer without end for a peer that does not read.
      autoPong: false,
      handleProtocols: () => 'sip',
    });
    this.heartbeat = setInterval(() => this.dropSilent(), HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  /** A browser connects to us; we cannot connect to a browser. */
  open(): undefined {
    return undefined;
  }

  /** RFC 7118 §3: only clients that ask for the subprotocol `sip` are let in. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, watch: WatchedConnection): void {
    socket.on('error', () => socket.destroy());
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim().toLowerCase());
    if (!offered.includes('sip')) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.upgrades.handleUpgrade(request, socket, head, (client) => {
      const remote = { host: plainAddress(request.socket.remoteAddress), port: request.socket.remotePort ?? 0 };
      this.adopt(client, remote, watch);
    });
  }

  private adopt(socket: WebSocket, remote: Endpoint, watch: WatchedConnection): void {
    const flow = new WsFlow(socket, this, remote);
    this.flows.add(flow);
    socket.on('message', (data) => {
      flow.isAlive = true;
      const bytes = Array.isArray(data)
        ? Buffer.concat(data)
        : data instanceof ArrayBuffer
          ? Buffer.from(new Uint8Array(data))
          : data;
      if (isKeepAlive(bytes)) {
        if (bytes.length === 4) flow.send(PONG, () => undefined);
        flow.pauseReading(this.protection.pauseAfterMessage(remote.host));
        return;
      }
      watch.hasSpoken = true;
      flow.pauseReading(this.events.onBytes(bytes, flow));
    });
    socket.on('pong', () => (flow.isAlive = true));
    socket.on('ping', (data: Buffer) => {
      flow.pong(data);
      flow.pauseReading(this.protection.pauseAfterMessage(remote.host));
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      this.flows.delete(flow);
      this.events.onClosed(flow);
    });
  }

  private dropSilent(): void {
    for (const flow of this.flows) {
      if (!flow.isAlive) flow.socket.terminate();
      else if (flow.isOpen()) {
        flow.isAlive = false;
        flow.socket.ping();
      }
    }
  }

  close(): Promise<void> {
    clearInterval(this.heartbeat);
    for (const flow of this.flows) flow.socket.terminate();
    this.upgrades.close();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** RFC 7118 §6: CRLF alone, which no SIP message begins with here. */
function isKeepAlive(bytes: Buffer): boolean {
  return bytes.length <= 16 && /^(?:\r\n)+$/.test(bytes.toString('latin1'));
}

/** Listens for WebSocket connections, over TLS when certificate files are given. Rejects when the port is taken. */
export async function listenWs(
  at: Endpoint & Partial<TlsFiles>,
  events: TransportEvents,
  protection: Protection,
): Promise<Transport> {
  const isSecure = at.cert !== undefined && at.key !== undefined;
  const server = isSecure
    ? createHttpsServer({ cert: at.cert, key: at.key, handshakeTimeout: HANDSHAKE_TIMEOUT_MS })
    : createHttpServer();
  server.on('request', (_request, response) => response.writeHead(426, { Upgrade: 'websocket', 'Content-Length': 0 }).end());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: at.port, host: at.host, ipv6Only: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A server listening on a host and port has an AddressInfo, never a pipe name.
  const { port } = server.address() as AddressInfo;
  const transport = new WsTransport(isSecure ? 'wss' : 'ws', server, { host: at.host, port }, { events, protection });
  const watchOf = protection.connections.admitAll(server);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const watch = watchOf(request.socket);
    if (watch === undefined) socket.destroy();
    else transport.upgrade(request, socket, head, watch);
  });
  server.on('error', () => undefined);
  return transport;
}
