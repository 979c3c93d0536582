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
import { Absences } from './absences.ts';
import { AckSender } from './ack-sender.ts';
import { AppRequests } from './app-requests.ts';
import type { WantedRequest } from './app-requests.ts';
import { AppResponses } from './app-responses.ts';
import type { AppClient, Application, CommandReply } from './application.ts';
import { CallRecords } from './call-records.ts';
import { IncomingRequests } from './incoming-requests.ts';
import { InviteAnswers } from './invite-answers.ts';
import { OpenRequests } from './open-requests.ts';
import { DEFAULT_POLICY } from './policy.model.ts';
import type { Policy } from './policy.model.ts';
import { RegisteredFlows } from './registered-flows.ts';
import { SentRequests } from './sent-requests.ts';
import { ServerBye } from './server-bye.ts';
import { SessionKeeper } from './session-keeper.ts';
import type { Stack } from './stack.ts';

export interface UserAgentOptions {
  readonly application: Application;
  readonly timers: TimerValues;
  readonly clock: Clock;
  readonly reportFault: ReportFault;
  /** DEFAULT_POLICY for what is left out. */
  readonly policy?: Partial<Policy>;
}

/** The transaction user of RFC 3261 §5 on behalf of the application: everything between transports and control protocol. */
export class UserAgent implements MessageEvents {
  readonly transports: TransportSet;
  private readonly stack: Stack;
  private readonly open: OpenRequests;
  private readonly incoming: IncomingRequests;
  private readonly responses: AppResponses;
  private readonly requests: AppRequests;
  private readonly answers: InviteAnswers;
  private readonly absences: Absences;

  constructor(options: UserAgentOptions) {
    const { application, timers, clock, reportFault, policy } = options;
    this.transports = new TransportSet(this, reportFault);
    this.stack = {
      transports: this.transports,
      transactions: new TransactionTable(timers, clock),
      dialogs: new DialogTable(),
      flows: new RegisteredFlows(clock),
      records: new CallRecords(application),
      policy: { ...DEFAULT_POLICY, ...policy },
      application,
      timers,
      clock,
      incoming: new Map(),
      outgoing: new Map(),
      clientOf: new WeakMap(),
    };
    const [serverBye, acks] = [new ServerBye(this.stack), new AckSender()];
    const sessions = new SessionKeeper(this.stack, acks, serverBye);
    this.open = new OpenRequests(this.stack, serverBye);
    this.answers = new InviteAnswers(this.stack, { acks, serverBye, sessions });
    this.absences = new Absences(this.stack, { answers: this.answers, open: this.open, serverBye });
    this.incoming = new IncomingRequests(this.stack, this.open, this.absences);
    this.responses = new AppResponses(this.stack, { open: this.open, serverBye, sessions });
    const sent = new SentRequests(this.stack, this.answers, sessions);
    this.requests = new AppRequests(this.stack, { sent, answers: this.answers, sessions });
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
    return this.absences.takeAnswer(client, txnId, response) ?? this.responses.respond(client, txnId, response);
  }

  /** A request of the application. */
  request(client: AppClient, wanted: WantedRequest): Promise<CommandReply> {
    return this.requests.request(client, wanted);
  }

  /** An application asked for these routes; it may be one that was gone. */
  noteRoutes(client: AppClient, routes: readonly string[]): void {
    this.absences.end(client, routes);
  }

  /** The application with these routes is gone: what it had under way is ended towards the network, what stands may wait for it. */
  noteClientGone(client: AppClient, routes: readonly string[] = []): void {
    for (const incoming of [...this.stack.incoming.values()]) {
      if (incoming.client === client) this.open.finish(incoming, 503);
    }
    for (const outgoing of this.stack.outgoing.values()) {
      const isInvite = outgoing.transaction.request.method === 'INVITE' && !outgoing.isInDialog;
      if (outgoing.client === client && isInvite) this.answers.cancel(outgoing, new HeaderList());
    }
    const owned = this.stack.dialogs.all().filter((dialog) => this.stack.clientOf.get(dialog) === client);
    this.absences.begin(client, routes, owned);
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
    this.absences.close();
    // The BYEs of what waited go out in the meantime.
    await new Promise((resolve) => setImmediate(resolve));
    for (const dialog of this.stack.dialogs.all()) this.stack.dialogs.end(dialog);
    this.stack.transactions.close();
    for (const incoming of this.stack.incoming.values()) incoming.stopPatience();
    for (const outgoing of this.stack.outgoing.values()) outgoing.stopPatience();
    this.stack.flows.close();
    await this.transports.close();
  }
}
