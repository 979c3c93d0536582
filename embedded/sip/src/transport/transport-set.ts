import { isIPv6 } from 'node:net';
import type { Buffer } from 'node:buffer';
import { parseMessage } from '../message/parser.ts';
import { responseTo } from '../message/response-to.ts';
import { serialize } from '../message/sip-message.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Via } from '../message/via.ts';
import type { Endpoint, Flow, Protocol, Target, Transport, TransportEvents } from './flow.ts';
import { isLoopback } from './ip-address.ts';
import { LargeRequests } from './large-request.ts';
import type { Sending } from './large-request.ts';
import type { Protection } from './protection.ts';
import { ReturnFlow } from './return-flow.ts';
import { isFromScanner } from './scanner-filter.ts';
import { isViaOf, markSource, replyAddress } from './via-source.ts';

/** What the transports hand to the transactions. */
export interface MessageEvents {
  /** `replyFlow` is where responses go (RFC 3261 §18.2.2, RFC 3581 §4). */
  onRequest(request: SipRequest, flow: Flow, replyFlow: Flow): void;
  onResponse(response: SipResponse, flow: Flow): void;
  onFlowClosed(flow: Flow): void;
}

/** All listening transports; turns bytes into checked messages and refuses malformed ones. */
export class TransportSet implements TransportEvents {
  private readonly transports: Transport[] = [];
  private readonly events: MessageEvents;
  private readonly reportFault: (where: 'message', error: unknown) => void;
  private readonly largeRequests = new LargeRequests((to) => this.open('tcp', to));
  private protection: Protection | undefined;

  constructor(events: MessageEvents, reportFault: (where: 'message', error: unknown) => void) {
    this.events = events;
    this.reportFault = reportFault;
  }

  /** From now on strangers are held to what this allows. */
  protect(protection: Protection): void {
    this.protection = protection;
  }

  add(transport: Transport): void {
    this.transports.push(transport);
  }

  all(): readonly Transport[] {
    return this.transports;
  }

  /** Whether something listens for that protocol in the address's family. */
  serves(protocol: Protocol, address: string): boolean {
    return this.transports.some((transport) => isFor(transport, protocol, address));
  }

  /** A flow for requests to that address; undefined when the protocol is not served or cannot be opened from here. */
  open(protocol: Protocol, target: Target): Flow | undefined {
    const usable = this.transports.filter((transport) => isFor(transport, protocol, target.host));
    // From the loopback address nobody outside can be reached, and nobody outside should be told of it.
    const nearest = usable.find(({ local }) => isLoopback(local.host) === isLoopback(target.host));
    return (nearest ?? usable[0])?.open(target);
  }

  /** Moves a request that is too large for UDP to TCP where the peer takes it (RFC 3261 §18.1.1). */
  fit(sending: Sending): Promise<Sending> {
    return this.largeRequests.fit(sending);
  }

  connectionCount(): number {
    return this.protection?.connections.count() ?? 0;
  }

  async close(): Promise<void> {
    this.protection?.close();
    await Promise.all(this.transports.map((transport) => transport.close()));
  }

  onClosed(flow: Flow): void {
    try {
      this.events.onFlowClosed(flow);
    } catch (error) {
      this.reportFault('message', error);
    }
  }

  onBytes(bytes: Buffer, flow: Flow): number {
    try {
      this.take(bytes, flow);
    } catch (error) {
      this.reportFault('message', error);
    }
    return flow.isReliable ? (this.protection?.pauseAfterMessage(flow.remote.host) ?? 0) : 0;
  }

  private take(bytes: Buffer, flow: Flow): void {
    const outcome = parseMessage(bytes);
    if (!outcome.ok) {
      if (outcome.request !== undefined) this.answerMalformed(outcome.request, outcome, flow);
      return;
    }
    const { message } = outcome;
    if (message.kind === 'response') {
      this.events.onResponse(message, flow);
      return;
    }
    if (this.protection?.dropScanners && isFromScanner(message)) return;
    const via = markSource(message, flow);
    if (via === undefined) return;
    if (isViaOf(via, flow)) this.events.onRequest(message, flow, this.replyFlow(via, flow));
    else this.refuse(message, { status: 400, reason: 'Via Names Another Transport' }, this.replyFlow(via, flow));
  }

  private replyFlow(via: Via, flow: Flow): Flow {
    const address = replyAddress(via, flow);
    if (flow.protocol === 'tcp' || flow.protocol === 'tls') {
      return new ReturnFlow(flow, () => (address.port === 0 ? undefined : this.openFrom(flow, address)));
    }
    if (flow.isReliable || via.params.has('rport')) return flow;
    return address.port === flow.remote.port || address.port === 0 ? flow : (this.openFrom(flow, address) ?? flow);
  }

  /** An answer leaves from the address that was asked. */
  private openFrom({ protocol, local }: Flow, address: Endpoint): Flow | undefined {
    const asked = this.transports.find((transport) => transport.protocol === protocol && transport.local === local);
    return asked === undefined ? this.open(protocol, address) : asked.open(address);
  }

  /** A request too broken for a transaction still gets an answer when its Via can be read. */
  private answerMalformed(request: SipRequest, problem: { status: number; reason: string }, flow: Flow): void {
    if (this.protection?.dropScanners && isFromScanner(request)) return;
    const via = markSource(request, flow);
    if (via !== undefined) this.refuse(request, problem, this.replyFlow(via, flow));
  }

  /** An ACK is never answered (RFC 3261 §17). */
  private refuse(request: SipRequest, problem: { status: number; reason: string }, replyFlow: Flow): void {
    if (request.method === 'ACK') return;
    const response = responseTo(request, problem.status, problem.reason, 'malformed');
    replyFlow.send(serialize(response), () => undefined);
  }
}

function isFor({ protocol, local }: Transport, wanted: Protocol, address: string): boolean {
  return protocol === wanted && isIPv6(local.host) === isIPv6(address);
}
