import { DialogTable } from '../dialog/dialog-table.ts';
import { HeaderList } from '../message/header-list.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { ReportFault } from '../faults.ts';
import { TransactionTable } from '../transaction/transaction-table.ts';
import type { Clock } from '../transaction/clock.ts';
import type { TimerValues } from '../transaction/timers.model.ts';
import type { Flow } from '../transport/flow.ts';
import { TransportSet } from '../transport/transport-set.ts';
import type { MessageEvents } from '../transport/transport-set.ts';
import { AppRequests } from './app-requests.ts';
import type { WantedRequest } from './app-requests.ts';
import { AppResponses } from './app-responses.ts';
import type { AppClient, Application, CommandReply } from './application.ts';
import { IncomingRequests } from './incoming-requests.ts';
import { InviteAnswers } from './invite-answers.ts';
import { RegisteredFlows } from './registered-flows.ts';
import { SentRequests } from './sent-requests.ts';
import { ServerBye } from './server-bye.ts';
import type { Stack } from './stack.ts';

/** The transaction user of RFC 3261 §5 on behalf of the application: everything between transports and control protocol. */
export class UserAgent implements MessageEvents {
  readonly transports: TransportSet;
  private readonly stack: Stack;
  private readonly incoming: IncomingRequests;
  private readonly responses: AppResponses;
  private readonly requests: AppRequests;
  private readonly answers: InviteAnswers;

  constructor(application: Application, timers: TimerValues, clock: Clock, reportFault: ReportFault) {
    this.transports = new TransportSet(this, reportFault);
    this.stack = {
      transports: this.transports,
      transactions: new TransactionTable(timers, clock),
      dialogs: new DialogTable(),
      flows: new RegisteredFlows(clock),
      application,
      timers,
      clock,
      incoming: new Map(),
      outgoing: new Map(),
      clientOf: new WeakMap(),
    };
    const serverBye = new ServerBye(this.stack);
    this.answers = new InviteAnswers(this.stack, serverBye);
    this.incoming = new IncomingRequests(this.stack);
    this.responses = new AppResponses(this.stack, serverBye);
    this.requests = new AppRequests(this.stack, new SentRequests(this.stack, this.answers), this.answers);
  }

  onRequest(request: SipRequest, flow: Flow, replyFlow: Flow): void {
    this.incoming.onRequest(request, flow, replyFlow);
  }

  onResponse(response: SipResponse, flow: Flow): void {
    const transaction = this.stack.transactions.findClient(response);
    if (transaction === undefined) return;
    // Our branch came back: nobody else can know it.
    flow.noteReachable();
    transaction.receive(response, flow);
  }

  onFlowClosed(flow: Flow): void {
    this.stack.flows.forget(flow);
    this.stack.transactions.noteFlowClosed(flow);
  }

  /** A response of the application. */
  respond(client: AppClient, txnId: string, response: SipResponse): CommandReply {
    return this.responses.respond(client, txnId, response);
  }

  /** A request of the application. */
  request(client: AppClient, wanted: WantedRequest): Promise<CommandReply> {
    return this.requests.request(client, wanted);
  }

  /** The application is gone: nobody is left to hang up, so everything it had under way is ended towards the network. */
  noteClientGone(client: AppClient): void {
    for (const incoming of [...this.stack.incoming.values()]) {
      if (incoming.client === client) this.incoming.finish(incoming, 503);
    }
    for (const outgoing of this.stack.outgoing.values()) {
      const isInvite = outgoing.transaction.request.method === 'INVITE' && !outgoing.isInDialog;
      if (outgoing.client === client && isInvite) this.answers.cancel(outgoing, new HeaderList());
    }
    for (const dialog of this.stack.dialogs.all()) {
      if (this.stack.clientOf.get(dialog) === client) this.answers.orphan(dialog);
    }
  }

  /** For health and leak checks. */
  counters(): { transactions: number; dialogs: number; flows: number; connections: number } {
    return {
      transactions: this.stack.transactions.count(),
      dialogs: this.stack.dialogs.count(),
      flows: this.stack.flows.count(),
      connections: this.transports.connectionCount(),
    };
  }

  async close(): Promise<void> {
    this.stack.transactions.close();
    for (const dialog of this.stack.dialogs.all()) this.stack.dialogs.end(dialog);
    for (const incoming of this.stack.incoming.values()) incoming.stopPatience();
    this.stack.flows.close();
    await this.transports.close();
  }
}
