import { createSocket } from 'node:dgram';
import { createServer, isIPv6, connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Buffer } from 'node:buffer';
import { parseMessage } from '../message/parser.ts';
import type { SipMessage } from '../message/sip-message.ts';
import type { Endpoint } from '../transport/flow.ts';
import { StreamFraming } from '../transport/stream-framing.ts';
import { label } from './call-scene.ts';
import { ANY, within } from './srf-station.ts';

/** What came from the server, by name. */
class Inbox {
  readonly messages: SipMessage[] = [];
  bytes = 0;
  private wake: () => void = () => undefined;

  put(bytes: Buffer): void {
    this.bytes += bytes.length;
    const outcome = parseMessage(bytes);
    if (!outcome.ok) throw new Error(`the server sent a malformed message: ${outcome.reason}`);
    this.messages.push(outcome.message);
    this.wake();
  }

  /** Takes the first message of that name (`200 OPTIONS`, `BYE`), waiting for it. */
  expect(name: string): Promise<SipMessage> {
    return within(this.wait(name), name);
  }

  private async wait(name: string): Promise<SipMessage> {
    for (;;) {
      const index = this.messages.findIndex((message) => label(message) === name);
      const message = index < 0 ? undefined : this.messages.splice(index, 1)[0];
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

/** A UDP socket that sends what it is told. */
export class UdpPeer {
  readonly inbox = new Inbox();
  private readonly socket;

  private constructor(host: string) {
    this.socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    this.socket.on('message', (bytes) => this.inbox.put(bytes));
  }

  static async open(host = ANY.host, port = 0): Promise<UdpPeer> {
    const peer = new UdpPeer(host);
    await new Promise<void>((resolve) => peer.socket.bind(port, host, resolve));
    return peer;
  }

  get address(): Endpoint {
    const { address, port } = this.socket.address();
    return { host: address, port };
  }

  send(bytes: string | Buffer, to: Endpoint | undefined): void {
    this.socket.send(bytes, to?.port ?? 0, to?.host);
  }

  close(): void {
    this.socket.close();
  }
}

/** A TCP (or TLS) connection to or from the server. */
export class StreamPeer {
  readonly inbox = new Inbox();
  readonly closed: Promise<void>;
  readonly socket: Socket;
  pongs = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    const framing = new StreamFraming();
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (chunk.toString() === '\r\n') this.pongs++;
      for (const event of framing.push(chunk)) if (event.kind === 'message') this.inbox.put(Buffer.from(event.bytes));
    });
  }

  static async connect(to: Endpoint | undefined): Promise<StreamPeer> {
    const socket = connect(to ?? ANY);
    await within(new Promise((resolve) => socket.once('connect', resolve)), 'connection');
    return new StreamPeer(socket);
  }

  send(text: string): void {
    this.socket.write(text);
  }
}

/** Waits for TCP connections of the server. */
export class StreamHost {
  readonly port: number;
  private readonly server: Server;
  private readonly peers: StreamPeer[] = [];
  private wake: () => void = () => undefined;

  private constructor(server: Server) {
    this.server = server;
    // A server listening on a host and port has an AddressInfo, never a pipe name.
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => {
      this.peers.push(new StreamPeer(socket));
      this.wake();
    });
  }

  static async open(port = 0): Promise<StreamHost> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, ANY.host, resolve));
    return new StreamHost(server);
  }

  /** The next connection. */
  async next(): Promise<StreamPeer> {
    const taken = async (): Promise<StreamPeer> => {
      for (;;) {
        const peer = this.peers.shift();
        if (peer !== undefined) return peer;
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    };
    return within(taken(), 'connection from the server');
  }

  close(): void {
    this.server.close();
    for (const peer of this.peers) peer.socket.destroy();
  }
}

/** A request as a peer writes it. `via` is transport, address and parameters. */
export function requestText(
  method: string,
  via: string,
  { uri = 'sip:desk@example.com', more = [], body = '', seq = 1, callId = 'a' }: RequestParts = {},
): string {
  const lines = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/${via}${via.includes('branch=') ? '' : `;branch=z9hG4bK${method}${seq}${callId}`}`,
    'Max-Forwards: 70',
    'From: <sip:peer@example.com>;tag=peer',
    `To: <${uri}>`,
    `Call-ID: ${callId}`,
    `CSeq: ${seq} ${method}`,
    'Contact: <sip:peer@example.com>',
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    ...more,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

export interface RequestParts {
  readonly uri?: string;
  readonly more?: readonly string[];
  readonly body?: string;
  readonly seq?: number;
  readonly callId?: string;
}
