import type { Buffer } from 'node:buffer';
import { parseMessage } from '../message/parser.ts';
import { splitOutsideQuotes } from '../message/quoting.ts';
import { responseTo } from '../message/response-to.ts';
import { serialize } from '../message/sip-message.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { formatVia, parseTopVia } from '../message/via.ts';
import type { Via } from '../message/via.ts';
import type { Endpoint, Flow, Protocol, Transport, TransportEvents } from './flow.ts';

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

  constructor(events: MessageEvents, reportFault: (where: 'message', error: unknown) => void) {
    this.events = events;
    this.reportFault = reportFault;
  }

  add(transport: Transport): void {
    this.transports.push(transport);
  }

  all(): readonly Transport[] {
    return this.transports;
  }

  /** A flow for requests to that address; undefined when the protocol is not served or cannot be opened from here. */
  open(protocol: Protocol, target: Endpoint): Flow | undefined {
    for (const transport of this.transports) {
      const flow = transport.protocol === protocol ? transport.open(target) : undefined;
      if (flow !== undefined) return flow;
    }
    return undefined;
  }

  connectionCount(): number {
    return this.transports.reduce((sum, transport) => sum + transport.connectionCount(), 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.transports.map((transport) => transport.close()));
  }

  onClosed(flow: Flow): void {
    try {
      this.events.onFlowClosed(flow);
    } catch (error) {
      this.reportFault('message', error);
    }
  }

  onBytes(bytes: Buffer, flow: Flow): void {
    try {
      this.take(bytes, flow);
    } catch (error) {
      this.reportFault('message', error);
    }
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
    if (!isViaOf(message, flow)) {
      this.answerMalformed(message, { status: 400, reason: 'Via Names Another Transport' }, flow);
      return;
    }
    const via = this.markSource(message, flow);
    if (via !== undefined) this.events.onRequest(message, flow, this.replyFlow(via, flow));
  }

  /** Adds `received` and fills `rport` in the top Via (RFC 3261 §18.2.1, RFC 3581 §4). */
  private markSource(request: SipRequest, flow: Flow): Via | undefined {
    const lines = request.headers.getAll('Via');
    const via = parseTopVia(lines);
    if (via === undefined) return undefined;
    const params = new Map(via.params);
    const hasRport = params.has('rport');
    if (hasRport) params.set('rport', String(flow.remote.port));
    if (hasRport || via.host !== flow.remote.host) params.set('received', flow.remote.host);
    const marked = { ...via, params };
    const rest = (splitOutsideQuotes(lines[0] ?? '', ',') ?? []).slice(1).map((value) => value.trim());
    request.headers.setAll('Via', [formatVia(marked), ...rest, ...lines.slice(1)]);
    return marked;
  }

  private replyFlow(via: Via, flow: Flow): Flow {
    if (flow.isReliable || via.params.has('rport')) return flow;
    const port = via.port ?? 5060;
    if (port === flow.remote.port || port === 0) return flow;
    return this.open('udp', { host: flow.remote.host, port }) ?? flow;
  }

  /** A request too broken for a transaction still gets an answer when its Via can be read; an ACK never does. */
  private answerMalformed(request: SipRequest, problem: { status: number; reason: string }, flow: Flow): void {
    const via = request.method === 'ACK' ? undefined : this.markSource(request, flow);
    if (via === undefined) return;
    const response = responseTo(request, problem.status, problem.reason, 'malformed');
    this.replyFlow(via, flow).send(serialize(response), () => undefined);
  }
}

/**
 * Whether the topmost Via names the transport the request came by (RFC 3261 §18.1.1, RFC 7118 §5): what is above takes its word for it.
 * WS and WSS pass for each other, because a proxy in front may have ended the TLS.
 */
function isViaOf(request: SipRequest, flow: Flow): boolean {
  const named = parseTopVia(request.headers.getAll('Via'))?.transport;
  const isWebSocket = flow.protocol === 'ws' || flow.protocol === 'wss';
  return isWebSocket ? named === 'WS' || named === 'WSS' : named === flow.protocol.toUpperCase();
}
