import { identityOf } from '../message/sip-message.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { BRANCH_COOKIE, parseTopVia } from '../message/via.ts';
import type { Flow } from '../transport/flow.ts';
import { ClientTransaction } from './client-transaction.ts';
import type { ClientUser } from './client-transaction.ts';
import { ServerTransaction } from './server-transaction.ts';
import type { Clock } from './clock.ts';
import type { TimerValues } from './timers.model.ts';

/** All live transactions and how messages find them (RFC 3261 §17.1.3, §17.2.3). */
export class TransactionTable {
  private readonly clients = new Map<string, ClientTransaction>();
  private readonly servers = new Map<string, ServerTransaction>();
  private readonly merged = new Map<string, ServerTransaction>();
  /** What each connection carries: connections may come and go faster than all transactions can be looked through. */
  private readonly byConnection = new Map<Flow, Set<ClientTransaction | ServerTransaction>>();
  private readonly timers: TimerValues;
  private readonly clock: Clock;

  constructor(timers: TimerValues, clock: Clock) {
    this.timers = timers;
    this.clock = clock;
  }

  count(): number {
    return this.clients.size + this.servers.size;
  }

  /** Makes a client transaction; it sends when `start` is called. */
  openClient(request: SipRequest, flow: Flow, user: ClientUser): ClientTransaction {
    const key = clientKey(request, request.method);
    const onTerminated = (): void => {
      this.clients.delete(key);
      this.leave(flow, transaction);
    };
    const transaction = new ClientTransaction({ request, flow, user, timers: this.timers, clock: this.clock, onTerminated });
    this.clients.set(key, transaction);
    this.join(flow, transaction);
    return transaction;
  }

  /** The transaction a response belongs to. */
  findClient(response: SipResponse): ClientTransaction | undefined {
    return this.clients.get(clientKey(response, identityOf(response).cseq.method));
  }

  openServer(request: SipRequest, flow: Flow, replyFlow: Flow, onTerminated: () => void): ServerTransaction {
    const key = serverKey(request, request.method);
    const mergeKey = mergedKey(request);
    const transaction = new ServerTransaction({
      request,
      flow,
      replyFlow,
      timers: this.timers,
      clock: this.clock,
      onTerminated: () => {
        this.servers.delete(key);
        this.leave(replyFlow, transaction);
        if (this.merged.get(mergeKey) === transaction) this.merged.delete(mergeKey);
        onTerminated();
      },
    });
    this.servers.set(key, transaction);
    this.join(replyFlow, transaction);
    if (!this.merged.has(mergeKey)) this.merged.set(mergeKey, transaction);
    return transaction;
  }

  /** The transaction a request repeats, or whose INVITE an ACK acknowledges. */
  findServer(request: SipRequest): ServerTransaction | undefined {
    return this.servers.get(serverKey(request, request.method === 'ACK' ? 'INVITE' : request.method));
  }

  /** The INVITE a CANCEL is meant for (RFC 3261 §9.2). */
  findCancelled(cancel: SipRequest): ServerTransaction | undefined {
    return this.servers.get(serverKey(cancel, 'INVITE'));
  }

  /** Whether the same request reached us by another path already (RFC 3261 §8.2.2.2). */
  isMerged(request: SipRequest): boolean {
    return identityOf(request).toTag === undefined && this.merged.has(mergedKey(request));
  }

  /** A server transaction lives on where its answer can take another connection (RFC 3261 §18.2.2). */
  noteFlowClosed(flow: Flow): void {
    for (const transaction of [...(this.byConnection.get(flow) ?? [])]) transaction.noteFlowClosed();
  }

  private join(flow: Flow, transaction: ClientTransaction | ServerTransaction): void {
    if (!flow.isReliable) return;
    const carried = this.byConnection.get(flow) ?? new Set();
    this.byConnection.set(flow, carried.add(transaction));
  }

  private leave(flow: Flow, transaction: ClientTransaction | ServerTransaction): void {
    const carried = this.byConnection.get(flow);
    carried?.delete(transaction);
    if (carried?.size === 0) this.byConnection.delete(flow);
  }

  close(): void {
    for (const transaction of [...this.clients.values(), ...this.servers.values()]) transaction.drop();
    this.clients.clear();
    this.servers.clear();
    this.byConnection.clear();
  }
}

function clientKey(message: SipRequest | SipResponse, method: string): string {
  return `${parseTopVia(message.headers.getAll('Via'))?.params.get('branch') ?? ''}|${method}`;
}

function serverKey(request: SipRequest, method: string): string {
  const via = parseTopVia(request.headers.getAll('Via'));
  const branch = via?.params.get('branch') ?? '';
  const sentBy = `${via?.host.toLowerCase() ?? ''}:${via?.port ?? ''}`;
  if (branch.startsWith(BRANCH_COOKIE) && branch.length > BRANCH_COOKIE.length) return `${branch}|${sentBy}|${method}`;
  // RFC 2543 elements: their branch is not unique.
  const { callId, fromTag, cseq } = identityOf(request);
  return `2543|${callId}|${fromTag ?? ''}|${cseq.number}|${sentBy}|${branch}|${request.uri}|${method}`;
}

function mergedKey(request: SipRequest): string {
  const { callId, fromTag, cseq } = identityOf(request);
  return `${callId}|${fromTag ?? ''}|${cseq.number}|${cseq.method}`;
}
