import type { Buffer } from 'node:buffer';
import { parseMessage } from '../message/parser.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { formatEndpoint } from '../transport/flow.ts';
import type { Endpoint, Flow, Protocol, Transport } from '../transport/flow.ts';

/** A flow that keeps what is sent on it. */
export class FakeFlow implements Flow {
  readonly protocol: Protocol;
  readonly isReliable: boolean;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  isUp = true;
  private readonly sent: SipMessage[] = [];

  constructor(protocol: Protocol, local: Endpoint, remote: Endpoint) {
    this.protocol = protocol;
    this.isReliable = protocol !== 'udp';
    this.local = local;
    this.remote = remote;
  }

  isOpen(): boolean {
    return this.isUp;
  }

  ready(): Promise<boolean> {
    return Promise.resolve(this.isUp);
  }

  noteReachable(): void {}

  send(bytes: Buffer, onError: () => void): void {
    const outcome = parseMessage(bytes);
    if (!outcome.ok) throw new Error(`the server sent a malformed message: ${outcome.reason}`);
    if (this.isUp) this.sent.push(outcome.message);
    else queueMicrotask(onError);
  }

  /** Everything sent since the last call. */
  take(): SipMessage[] {
    return this.sent.splice(0);
  }
}

/** A transport without a network: one flow for each address. */
export class FakeTransport implements Transport {
  readonly protocol: Protocol;
  readonly local: Endpoint = { host: '192.0.2.1', port: 5060 };
  private readonly flows = new Map<string, FakeFlow>();

  constructor(protocol: Protocol) {
    this.protocol = protocol;
  }

  open(target: Endpoint): FakeFlow {
    const key = formatEndpoint(target);
    const flow = this.flows.get(key) ?? new FakeFlow(this.protocol, this.local, target);
    this.flows.set(key, flow);
    return flow;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
