import { WebSocket } from 'ws';
import { tagOf } from '../message/name-addr.ts';
import { parseMessage } from '../message/parser.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { serialize } from '../message/sip-message.ts';
import { responseTo } from '../message/response-to.ts';
import { contactUri } from '../dialog/dialog.ts';
import { label } from './call-scene.ts';

export const PHONE_URI = 'sip:phone7@df7jal23ls0d.invalid;transport=ws';

/** A SIP client on a WebSocket, as a browser is one: it sends what it is told and waits for what it expects. */
export class WebPhone {
  private readonly socket: WebSocket;
  private readonly received: SipMessage[] = [];
  private pongs = 0;
  private wake: () => void = () => undefined;
  private seq = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      if (data.toString() === '\r\n') this.pongs++;
      const outcome = parseMessage(data);
      if (outcome.ok) this.received.push(outcome.message);
      this.wake();
    });
  }

  static async connect(url: string): Promise<WebPhone> {
    const socket = new WebSocket(url, 'sip', { rejectUnauthorized: false });
    const phone = new WebPhone(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return phone;
  }

  /** Sends a request of one call; the CSeq number counts up by itself except for ACK. */
  send(
    method: string,
    uri: string,
    options: { callId?: string; to?: string; more?: readonly string[]; body?: string; branch?: string } = {},
  ): void {
    const { callId = 'web-call', to = `<${uri}>`, more = [], body = '' } = options;
    if (method !== 'ACK') this.seq++;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK${options.branch ?? `${callId}-${method}-${this.seq}`}`,
      'Max-Forwards: 70',
      'From: <sip:agent@example.com>;tag=web',
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${this.seq} ${method}`,
      `Contact: <${PHONE_URI}>;expires=300`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      ...more,
      `Content-Length: ${body.length}`,
    ];
    this.socket.send(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  /** Answers a request. */
  answer(request: SipMessage, status: number, body = '', more: readonly string[] = []): void {
    if (request.kind !== 'request') throw new Error('not a request');
    const response = responseTo(request, status, 'Answer', 'web');
    response.headers.add('Contact', `<${PHONE_URI}>`);
    for (const line of more) response.headers.add(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2));
    if (body !== '') response.headers.add('Content-Type', 'application/sdp');
    this.socket.send(serialize({ ...response, body: Buffer.from(body) }).toString());
  }

  /** Waits for a message by its name (`200 INVITE`, `BYE`); others that came before it stay. */
  async expect(name: string): Promise<SipMessage> {
    for (;;) {
      const index = this.received.findIndex((message) => label(message) === name);
      const message = this.received[index];
      if (message !== undefined) {
        this.received.splice(index, 1);
        return message;
      }
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Sends the double CRLF of RFC 7118 and waits for the single one. */
  async ping(): Promise<void> {
    const before = this.pongs;
    this.socket.send('\r\n\r\n');
    while (this.pongs === before) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  hangUpConnection(): void {
    this.socket.terminate();
  }
}

/** Where requests in the dialog of that 200 go. */
export function dialogPeer(success: SipMessage): { uri: string; to: string } {
  const to = success.headers.get('To') ?? '';
  if (tagOf(to) === undefined) throw new Error('a 200 without a tag');
  return { uri: contactUri(success) ?? '', to };
}
