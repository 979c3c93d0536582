import { AcceptedInvite } from '../dialog/accepted-invite.ts';
import { dialogOfServer } from '../dialog/dialog.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { parseNameAddrs, tagOf } from '../message/name-addr.ts';
import { identityOf, serialize } from '../message/sip-message.ts';
import type { SipResponse } from '../message/sip-message.ts';
import { appendHeaders, appHeaders, completeBody, limitExtensions } from './app-headers.ts';
import { refuse } from './application.ts';
import type { AppClient, CommandReply } from './application.ts';
import { newSeq, newTag } from './identifiers.ts';
import { contactFor } from './local-address.ts';
import { responseTo } from '../message/response-to.ts';
import type { ServerBye } from './server-bye.ts';
import type { IncomingRequest, Stack } from './stack.ts';

/** Sends the application's responses to the network (RFC 3261 §8.2.6, §12.1.1, §13.3.1). */
export class AppResponses {
  private readonly stack: Stack;
  private readonly serverBye: ServerBye;

  constructor(stack: Stack, serverBye: ServerBye) {
    this.stack = stack;
    this.serverBye = serverBye;
  }

  /** Sends a response in the transaction the application names. */
  respond(client: AppClient, txnId: string, wanted: SipResponse): CommandReply {
    const incoming = this.stack.incoming.get(txnId);
    const isAnswerable = incoming?.client === client && incoming.transaction.isPending();
    if (incoming === undefined || !isAnswerable) return refuse('Response not sent due to unknown transaction');
    if (incoming.transaction.request.method === 'SUBSCRIBE' && wanted.status < 300)
      return refuse('subscriptions are not supported');
    const flow = incoming.transaction.replyFlow;
    const headers = appHeaders(wanted, flow, 'transaction');
    const problem = completeBody(headers, wanted) ?? limitExtensions(headers);
    if (problem !== undefined) return refuse(problem);
    if (parseNameAddrs(headers.getAll('Contact')) === undefined && headers.get('Contact') !== '*')
      return refuse('malformed Contact');

    const response = this.build(incoming, wanted);
    const makesDialog = incoming.transaction.request.method === 'INVITE' && wanted.status > 100 && wanted.status < 300;
    if (makesDialog) {
      for (const route of incoming.transaction.request.headers.getAll('Record-Route'))
        response.headers.add('Record-Route', route);
      if (!headers.has('Contact')) headers.add('Contact', incoming.dialog?.localContact ?? contactFor(flow));
      this.joinDialog(incoming, headers.get('Contact') ?? '');
    }
    appendHeaders(response.headers, headers);
    return this.send(incoming, { ...response, body: wanted.body });
  }

  private build(incoming: IncomingRequest, wanted: SipResponse): SipResponse {
    const { request } = incoming.transaction;
    if (wanted.status > 100) incoming.toTag ??= tagOf(request.headers.get('To')) ?? tagOf(wanted.headers.get('To')) ?? newTag();
    return responseTo(request, wanted.status, wanted.reason, incoming.toTag);
  }

  private joinDialog(incoming: IncomingRequest, localContact: string): void {
    if (incoming.dialog !== undefined) return;
    const { request, flow } = incoming.transaction;
    incoming.dialog = dialogOfServer(request, { localTag: incoming.toTag ?? '', localContact, localSeq: newSeq(), flow });
    this.stack.dialogs.add(incoming.dialog);
    this.stack.clientOf.set(incoming.dialog, incoming.client);
  }

  private send(incoming: IncomingRequest, response: SipResponse): CommandReply {
    const { transaction, dialog, txnId } = incoming;
    const { method } = transaction.request;
    if (response.status < 200) incoming.hasProvisional = true;
    else {
      incoming.stopPatience();
      this.stack.incoming.delete(txnId);
      if (method === 'INVITE') this.settleInvite(incoming, response);
      else if (response.status < 300) this.settleOther(incoming, response);
    }
    transaction.respond(response);
    const dialogId = dialog !== undefined && dialog.phase !== 'ended' ? dialog.id : '';
    return { ok: true, sent: response, flow: transaction.replyFlow, txnId, dialogId };
  }

  private settleInvite(incoming: IncomingRequest, response: SipResponse): void {
    const { dialog, transaction, isInDialog } = incoming;
    if (dialog === undefined) return;
    if (dialog.openInvite === 'theirs') dialog.openInvite = undefined;
    if (response.status >= 300) {
      if (!isInDialog) this.stack.dialogs.end(dialog);
      return;
    }
    if (isInDialog) dialog.refreshTarget(transaction.request, transaction.flow);
    this.stack.dialogs.confirm(dialog);
    this.awaitAck(dialog, incoming, serialize(response));
  }

  private awaitAck(dialog: Dialog, incoming: IncomingRequest, bytes: ReturnType<typeof serialize>): void {
    const { timers, clock } = this.stack;
    dialog.accepted = new AcceptedInvite({
      timers,
      clock,
      seq: identityOf(incoming.transaction.request).cseq.number,
      txnId: incoming.txnId,
      repeat: () => incoming.transaction.repeatSuccess(bytes),
      onTimeout: () => {
        if (!dialog.isEnding) this.serverBye.end(dialog, 'ACK timeout');
      },
    });
  }

  private settleOther({ dialog, transaction }: IncomingRequest, response: SipResponse): void {
    const { request, flow } = transaction;
    if (request.method === 'REGISTER') this.stack.flows.learn(request, response, flow);
    // RFC 3311 §5: UPDATE is a target refresh request too.
    if (request.method === 'UPDATE') dialog?.refreshTarget(request, flow);
  }
}
