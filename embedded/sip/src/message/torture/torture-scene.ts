import { Buffer } from 'node:buffer';
import { CallScene, label } from '../../fakes/call-scene.ts';
import { FakeTransport } from '../../fakes/fake-transport.ts';
import type { Flow, Protocol } from '../../transport/flow.ts';
import type { SipMessage } from '../sip-message.ts';
import { bytesOf } from './torture-message.ts';
import type { TortureMessage } from './torture-message.ts';

/** The way messages come in, from the transports up to the application, with a peer that keeps what it gets as text. */
export class TortureScene {
  readonly scene = new CallScene();
  /** What the server answered, as it would go onto the wire. */
  readonly answers: string[] = [];

  constructor() {
    for (const protocol of ['tcp', 'tls'] as const) this.scene.agent.transports.add(new FakeTransport(protocol));
  }

  /** The message arrives over the transport its topmost Via names. Returns what the application was told. */
  receive(message: TortureMessage): SipMessage[] {
    this.receiveBytes(bytesOf(message), protocolOf(message));
    return this.toApplication();
  }

  receiveBytes(bytes: Buffer, protocol: Protocol): void {
    const { answers } = this;
    const flow: Flow = {
      protocol,
      isReliable: protocol !== 'udp',
      local: { host: '192.0.2.1', port: 5060 },
      // Where the Via says it listens, so that the answer comes back this way.
      remote: { host: '192.0.2.200', port: portIn(bytes) },
      isOpen: () => true,
      ready: () => Promise.resolve(true),
      send: (sent) => void answers.push(sent.toString()),
      noteReachable: () => undefined,
    };
    this.scene.agent.transports.onBytes(bytes, flow);
  }

  toApplication(): SipMessage[] {
    return this.scene.application.take().map((event) => event.message);
  }

  /** The status lines of what went back, without the 100 to an INVITE. */
  statuses(): number[] {
    return this.answers.map((text) => Number(text.slice(8, 11))).filter((status) => status !== 100);
  }

  /** The application calls; the peer answers with this start line, these headers and this body. Returns what the application was told. */
  async answerCall(startLine: string, more: readonly string[] = [], body = ''): Promise<string[]> {
    await this.scene.request('INVITE sip:user@192.0.2.9', {
      headers: ['From: <sip:desk@192.0.2.1>', 'To: <sip:user@192.0.2.9>'],
    });
    const invite = this.scene.peer.take().find((message) => label(message) === 'INVITE');
    const copied = ['Via', 'From', 'Call-ID', 'CSeq'].flatMap((name) =>
      (invite?.headers.getAll(name) ?? []).map((value) => `${name}: ${value}`),
    );
    const overridden = copied.filter(
      (line) => !more.some((other) => other.startsWith(`${line.split(':')[0] ?? ''}:`) && !other.startsWith('Via')),
    );
    const head = [
      startLine,
      ...overridden,
      'To: <sip:user@192.0.2.9>;tag=2229',
      ...more,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.scene.agent.transports.onBytes(bytesOf({ name: '', head, body }), this.scene.peer);
    return this.toApplication().map((message) =>
      message.kind === 'response' ? `${message.status} ${message.reason}|${message.body.toString()}` : message.method,
    );
  }
}

function protocolOf({ head }: TortureMessage): Protocol {
  const via = head.find((line) => /^v(?:ia)?\s*:/i.test(line)) ?? '';
  return via.includes('TLS') ? 'tls' : via.includes('TCP') ? 'tcp' : 'udp';
}

function portIn(bytes: Buffer): number {
  return Number(/Via:\s*SIP\/2.0\/UDP [^:;\r]+:(\d+)/.exec(bytes.toString())?.[1] ?? 5060);
}
