import { Buffer } from 'node:buffer';
import type { CommandReply, SipEvent } from '../agent/application.ts';
import type { Policy } from '../agent/policy.model.ts';
import { UserAgent } from '../agent/user-agent.ts';
import { readLoosely } from '../message/parser.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { DEFAULT_TIMERS } from '../transaction/timers.model.ts';
import { FakeApplication } from './fake-application.ts';
import { FakeTransport } from './fake-transport.ts';
import type { FakeFlow } from './fake-transport.ts';
import { ManualClock } from './manual-clock.ts';

export const SDP = 'v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

/** A server without sockets: a peer at 192.0.2.9 over UDP, an application, and a clock the test turns. */
export class CallScene {
  readonly clock = new ManualClock();
  readonly application = new FakeApplication();
  readonly agent: UserAgent;
  readonly peer: FakeFlow;

  constructor(protocol: 'udp' | 'tcp' | 'ws' = 'udp', policy: Partial<Policy> = {}) {
    const { application, clock } = this;
    const reportFault = (_where: string, error: unknown): never => {
      throw error;
    };
    this.agent = new UserAgent({ application, timers: DEFAULT_TIMERS, clock, reportFault, policy });
    const transport = new FakeTransport(protocol);
    this.agent.transports.add(transport);
    this.peer = transport.open({ host: '192.0.2.9', port: 5060 });
  }

  /** The peer sends these lines as one message; Content-Length is added. */
  receive(lines: readonly string[], body = ''): void {
    const text = [...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
    this.agent.transports.onBytes(Buffer.from(text), this.peer);
  }

  /** The peer sends a request of the call `call-1`. */
  receiveRequest(
    method: string,
    options: { seq?: number; branch?: string; toTag?: string; uri?: string; more?: readonly string[]; body?: string } = {},
  ): void {
    const { seq = 1, branch = `${method}-${seq}`, toTag, uri = 'sip:desk@192.0.2.1', more = [], body = '' } = options;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/${this.peer.protocol.toUpperCase()} 192.0.2.9:5060;branch=z9hG4bK${branch}`,
      'Max-Forwards: 70',
      'From: <sip:resident@192.0.2.9>;tag=theirs',
      `To: <sip:desk@192.0.2.1>${toTag === undefined ? '' : `;tag=${toTag}`}`,
      'Call-ID: call-1',
      `CSeq: ${seq} ${method}`,
      'Contact: <sip:resident@192.0.2.9:5060>',
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      ...more,
    ];
    this.receive(lines, body);
  }

  /** The peer answers a request we sent. */
  receiveAnswer(request: SipMessage, status: number, options: { toTag?: string; more?: readonly string[] } = {}): void {
    const { toTag = 'theirs', more = ['Contact: <sip:resident@192.0.2.9:5060>'] } = options;
    const copied = ['Via', 'From', 'Call-ID', 'CSeq'].flatMap((name) =>
      request.headers.getAll(name).map((value) => `${name}: ${value}`),
    );
    const to = request.headers.get('To') ?? '';
    this.receive([`SIP/2.0 ${status} Answer`, ...copied, `To: ${to.includes('tag=') ? to : `${to};tag=${toTag}`}`, ...more]);
  }

  /** The application answers. */
  respond(event: SipEvent | undefined, status: number, headers: readonly string[] = [], body = ''): CommandReply {
    const message = readLoosely(Buffer.from([`SIP/2.0 ${status} Answer`, ...headers, '', body].join('\r\n')));
    if (message?.kind !== 'response') throw new Error('not a response');
    return this.agent.respond(this.application, event?.txnId ?? '', message);
  }

  /** The application sends a request. */
  async request(
    startLine: string,
    options: { txnId?: string; dialogId?: string; headers?: readonly string[]; body?: string } = {},
  ): Promise<CommandReply> {
    const message = readLoosely(
      Buffer.from([`${startLine} SIP/2.0`, ...(options.headers ?? []), '', options.body ?? ''].join('\r\n')),
    );
    if (message?.kind !== 'request') throw new Error('not a request');
    return this.agent.request(this.application, {
      message,
      txnId: options.txnId ?? '',
      dialogId: options.dialogId ?? '',
      route: '',
    });
  }

  /** What the peer got since the last look, as `INVITE` or `200 INVITE`. */
  peerGot(): string[] {
    return this.peer.take().map(label);
  }

  /** What the application was told since the last look. */
  applicationGot(): string[] {
    return this.application
      .take()
      .map((event) => `${event.txnId === 'unsolicited' ? 'unsolicited ' : ''}${label(event.message)}`);
  }
}

/** Names a message: `INVITE`, or `200 INVITE` for its answer. */
export function label(message: SipMessage): string {
  return message.kind === 'request' ? message.method : `${message.status} ${message.headers.get('CSeq')?.split(' ')[1] ?? ''}`;
}

/** The message a command sent; fails the test when it was refused. */
export function sentOf(reply: CommandReply): Extract<CommandReply, { ok: true }> {
  if (!reply.ok) throw new Error(reply.reason);
  return reply;
}
