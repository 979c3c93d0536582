import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Buffer } from 'node:buffer';
import { formatEndpoint, plainAddress } from './flow.ts';
import type { Endpoint, Flow, Transport, TransportEvents } from './flow.ts';
import { StreamFraming } from './stream-framing.ts';

const MAX_CONNECTIONS = 4_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A peer that does not read is cut off rather than buffered for. */
const MAX_UNSENT_BYTES = 1_048_576;

class TcpFlow implements Flow {
  readonly protocol = 'tcp' as const;
  readonly isReliable = true;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly socket: Socket;

  constructor(socket: Socket, local: Endpoint, remote: Endpoint) {
    this.socket = socket;
    this.local = local;
    this.remote = remote;
  }

  isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
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
}

class TcpTransport implements Transport {
  readonly protocol = 'tcp' as const;
  readonly local: Endpoint;
  private readonly server: Server;
  private readonly events: TransportEvents;
  private readonly flows = new Map<string, TcpFlow>();

  constructor(server: Server, local: Endpoint, events: TransportEvents) {
    this.server = server;
    this.local = local;
    this.events = events;
  }

  open(target: Endpoint): Flow {
    const existing = this.flows.get(formatEndpoint(target));
    if (existing?.isOpen()) return existing;
    const socket = connect({ host: target.host, port: target.port });
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy());
    socket.once('connect', () => socket.setTimeout(0));
    return this.adopt(socket, target);
  }

  adopt(socket: Socket, remote: Endpoint): Flow {
    const flow = new TcpFlow(socket, this.local, remote);
    const framing = new StreamFraming();
    const key = formatEndpoint(remote);
    this.flows.set(key, flow);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (chunk) => {
      for (const event of framing.push(chunk)) {
        if (event.kind === 'message') this.events.onBytes(event.bytes, flow);
        else if (event.kind === 'ping') socket.write('\r\n');
        else socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.flows.get(key) === flow) this.flows.delete(key);
      this.events.onClosed(flow);
    });
    return flow;
  }

  connectionCount(): number {
    return this.flows.size;
  }

  close(): Promise<void> {
    for (const flow of this.flows.values()) flow.socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** Listens for TCP connections. Rejects when the port is taken. */
export async function listenTcp(at: Endpoint, events: TransportEvents): Promise<Transport> {
  const server = createServer();
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A server listening on a host and port has an AddressInfo, never a pipe name.
  const address = server.address() as AddressInfo;
  const transport = new TcpTransport(server, { host: at.host, port: address.port }, events);
  server.on('connection', (socket) => {
    transport.adopt(socket, { host: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 });
  });
  server.on('error', () => undefined);
  return transport;
}
