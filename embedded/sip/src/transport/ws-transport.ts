import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { Buffer } from 'node:buffer';
import { WebSocket, WebSocketServer } from 'ws';
import { LIMITS } from '../message/parser.ts';
import { plainAddress } from './flow.ts';
import type { Endpoint, Flow, Transport, TransportEvents } from './flow.ts';

const MAX_CONNECTIONS = 4_000;
const HEARTBEAT_MS = 30_000;
const MAX_UNSENT_BYTES = 1_048_576;

/** Certificate and key in PEM; without them the transport is plain WS. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

class WsFlow implements Flow {
  readonly protocol: 'ws' | 'wss';
  readonly isReliable = true;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly socket: WebSocket;
  /** Whether the peer answered since the last heartbeat. */
  isAlive = true;

  constructor(socket: WebSocket, transport: WsTransport, remote: Endpoint) {
    this.socket = socket;
    this.protocol = transport.protocol;
    this.local = transport.local;
    this.remote = remote;
  }

  isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
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
}

class WsTransport implements Transport {
  readonly protocol: 'ws' | 'wss';
  readonly local: Endpoint;
  private readonly server: Server;
  private readonly upgrades: WebSocketServer;
  private readonly events: TransportEvents;
  private readonly flows = new Set<WsFlow>();
  private readonly heartbeat: NodeJS.Timeout;

  constructor(protocol: 'ws' | 'wss', server: Server, local: Endpoint, events: TransportEvents) {
    this.protocol = protocol;
    this.server = server;
    this.local = local;
    this.events = events;
    this.upgrades = new WebSocketServer({
      noServer: true,
      maxPayload: LIMITS.messageBytes,
      perMessageDeflate: false,
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
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim().toLowerCase());
    const refusal = !offered.includes('sip')
      ? '400 Bad Request'
      : this.flows.size >= MAX_CONNECTIONS
        ? '503 Service Unavailable'
        : '';
    if (refusal !== '') {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.upgrades.handleUpgrade(request, socket, head, (client) => {
      this.adopt(client, { host: plainAddress(request.socket.remoteAddress), port: request.socket.remotePort ?? 0 });
    });
  }

  private adopt(socket: WebSocket, remote: Endpoint): void {
    const flow = new WsFlow(socket, this, remote);
    this.flows.add(flow);
    socket.on('message', (data) => {
      flow.isAlive = true;
      const bytes = Array.isArray(data)
        ? Buffer.concat(data)
        : Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data);
      if (/^(?:\r\n)+$/.test(bytes.toString('latin1', 0, 16)) && bytes.length <= 16) {
        if (bytes.length === 4) socket.send('\r\n');
        return;
      }
      this.events.onBytes(bytes, flow);
    });
    socket.on('pong', () => (flow.isAlive = true));
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

  connectionCount(): number {
    return this.flows.size;
  }

  close(): Promise<void> {
    clearInterval(this.heartbeat);
    for (const flow of this.flows) flow.socket.terminate();
    this.upgrades.close();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** Listens for WebSocket connections, over TLS when certificate files are given. Rejects when the port is taken. */
export async function listenWs(at: Endpoint, events: TransportEvents, tls?: TlsFiles): Promise<Transport> {
  const server = tls === undefined ? createHttpServer() : createHttpsServer({ cert: tls.cert, key: tls.key });
  server.on('request', (_request, response) => response.writeHead(426, { Upgrade: 'websocket', 'Content-Length': 0 }).end());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A server listening on a host and port has an AddressInfo, never a pipe name.
  const address = server.address() as AddressInfo;
  const transport = new WsTransport(tls === undefined ? 'ws' : 'wss', server, { host: at.host, port: address.port }, events);
  server.on('upgrade', (request, socket, head) => transport.upgrade(request, socket, head));
  server.on('error', () => undefined);
  return transport;
}
