import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';

const HOST = '127.0.0.1';
const PATIENCE_MS = 5_000;

export const PEER_SDP = [
  'v=0',
  'o=peer 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 4002 RTP/AVP 0',
  '',
].join('\r\n');

/** One SIP message as it was on the network. */
export interface Datagram {
  readonly from: 'peer' | 'server';
  readonly text: string;
}

export interface RequestOptions {
  readonly user?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly contentType?: string;
  /** The CSeq number; the next one when left out. */
  readonly cseq?: number;
  /** The branch of another request, for CANCEL and for an ACK to a refusal. */
  readonly branch?: string;
}

/** A SIP phone on UDP that says what a script tells it and keeps every message, each of them once. */
export class WirePeer {
  readonly datagrams: Datagram[] = [];
  readonly port: number;
  private readonly socket: Socket;
  private readonly serverPort: number;
  private readonly unread: string[] = [];
  private readonly identity = crypto.randomUUID().slice(0, 8);
  /** Whom we called; To must not change within a dialog (RFC 3261 §12.2.1.1). */
  private user = 'desk';
  private cseq = 100;
  private branches = 0;
  private remoteTag = '';
  private remoteTarget = '';
  /** The INVITE that we took, when we are the called party. */
  private invite: string | undefined;
  private wake: () => void = () => undefined;

  private constructor(socket: Socket, serverPort: number) {
    this.socket = socket;
    this.port = socket.address().port;
    this.serverPort = serverPort;
    socket.on('message', (bytes) => this.receive(bytes.toString('utf8')));
  }

  static async open(serverPort: number): Promise<WirePeer> {
    const socket = createSocket('udp4').bind(0, HOST);
    await once(socket, 'listening');
    return new WirePeer(socket, serverPort);
  }

  close(): void {
    this.socket.close();
  }

  /** Sends a request of our only call; returns its branch. */
  request(method: string, options: RequestOptions = {}): string {
    const { user = this.user, headers = [], body = '', contentType = 'application/sdp' } = options;
    this.user = user;
    const cseq = options.cseq ?? (this.cseq += 1);
    const branch = options.branch ?? `z9hG4bK${this.identity}${(this.branches += 1)}`;
    const isInDialog = this.remoteTag !== '' && method !== 'CANCEL';
    const server = `${HOST}:${this.serverPort}`;
    const [we, they] = this.parties(`<sip:${user}@${server}>`, isInDialog);
    this.send([
      `${method} ${isInDialog && this.remoteTarget !== '' ? this.remoteTarget : `sip:${user}@${server}`} SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:${this.port};rport;branch=${branch}`,
      'Max-Forwards: 70',
      `From: ${we}`,
      `To: ${they}`,
      `Call-ID: ${this.callId()}`,
      `CSeq: ${cseq} ${method}`,
      ...(['ACK', 'BYE', 'CANCEL', 'PRACK'].includes(method) ? [] : [`Contact: <sip:peer@${HOST}:${this.port}>`]),
      ...headers,
      ...(body === '' ? [] : [`Content-Type: ${contentType}`]),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ]);
    return branch;
  }

  /** Answers a request. */
  respond(request: string, status: string, headers: readonly string[] = [], body = ''): void {
    const to = headerOf(request, 'To');
    const hasTag = to.includes(';tag=') || status.startsWith('100');
    this.send([
      `SIP/2.0 ${status}`,
      `Via: ${headerOf(request, 'Via')}`,
      `From: ${headerOf(request, 'From')}`,
      `To: ${hasTag ? to : `${to};tag=${this.identity}`}`,
      `Call-ID: ${headerOf(request, 'Call-ID')}`,
      `CSeq: ${headerOf(request, 'CSeq')}`,
      `Contact: <sip:peer@${HOST}:${this.port}>`,
      ...headers,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ]);
  }

  /** Waits for a message by its name (`INVITE`, `200 BYE`); what came before it is passed over. @throws after five seconds */
  async expect(name: string): Promise<string> {
    const endAt = Date.now() + PATIENCE_MS;
    for (;;) {
      for (let text = this.unread.shift(); text !== undefined; text = this.unread.shift()) {
        if (nameOf(text) === name) return text;
      }
      if (Date.now() > endAt) throw new Error(`the server did not send ${name}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  }

  /** From and To of our requests: as the called party we are who the INVITE was sent to. */
  private parties(target: string, isInDialog: boolean): [string, string] {
    if (this.invite !== undefined) return [`${headerOf(this.invite, 'To')};tag=${this.identity}`, headerOf(this.invite, 'From')];
    return [`<sip:peer@${HOST}:${this.port}>;tag=${this.identity}`, isInDialog ? `${target};tag=${this.remoteTag}` : target];
  }

  private callId(): string {
    return this.invite === undefined ? `peer-${this.identity}` : headerOf(this.invite, 'Call-ID');
  }

  private send(lines: readonly string[]): void {
    const text = lines.join('\r\n');
    this.datagrams.push({ from: 'peer', text });
    this.socket.send(text, this.serverPort, HOST);
  }

  private receive(text: string): void {
    // What is sent again tells nothing new.
    if (this.datagrams.some((datagram) => datagram.from === 'server' && datagram.text === text)) return;
    this.datagrams.push({ from: 'server', text });
    this.unread.push(text);
    this.learnDialog(text);
    this.wake();
  }

  private learnDialog(text: string): void {
    const contact = /<([^>]+)>/.exec(headerOf(text, 'Contact'))?.[1];
    if (text.startsWith('INVITE ') && !headerOf(text, 'To').includes(';tag=')) {
      this.invite = text;
      this.remoteTag = /;tag=([^;]+)/.exec(headerOf(text, 'From'))?.[1] ?? '';
      this.remoteTarget = contact ?? '';
    }
    // What is refused makes no dialog; its ACK takes the tag from the answer all the same (RFC 3261 §17.1.1.3).
    if (!/^SIP\/2\.0 (1(?!00)|[2-6])/.test(text) || !headerOf(text, 'CSeq').endsWith(' INVITE')) return;
    this.remoteTag = /;tag=([^;]+)/.exec(headerOf(text, 'To'))?.[1] ?? this.remoteTag;
    if (contact !== undefined) this.remoteTarget = contact;
  }
}

/** The first value of a header. */
export function headerOf(text: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*?)\\r?$`, 'im').exec(text)?.[1] ?? '';
}

/** `INVITE`, or `200 INVITE` for its answer. */
export function nameOf(text: string): string {
  const first = text.split(' ', 2);
  return first[0] === 'SIP/2.0' ? `${first[1]} ${headerOf(text, 'CSeq').split(' ')[1]}` : (first[0] ?? '');
}
