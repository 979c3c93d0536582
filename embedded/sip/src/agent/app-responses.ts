import { AcceptedInvite } from '../dialog/accepted-invite.ts';
import { dialogOfServer } from '../dialog/dialog.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { hasOptionTag } from '../dialog/option-tags.ts';
import { agreeAsServer } from '../dialog/session-interval.ts';
import { parseCSeq } from '../message/cseq.ts';
import type { HeaderList } from '../message/header-list.ts';
import { parseNameAddrs, tagOf } from '../message/name-addr.ts';
import { responseTo } from '../message/response-to.ts';
import { identityOf, serialize } from '../message/sip-message.ts';
import type { SipResponse } from '../message/sip-message.ts';
import { appendHeaders, appHeaders, completeBody } from './app-headers.ts';
import { refuse } from './application.ts';
import type { AppClient, CommandReply } from './application.ts';
import { newSeq, newTag } from './identifiers.ts';
import { contactFor } from './local-address.ts';
import type { OpenRequests } from './open-requests.ts';
import { isReliable, prepareProvisional, sendProvisional } from './reliable-responses.ts';
import type { ServerBye } from './server-bye.ts';
import type { SessionKeeper } from './session-keeper.ts';
import type { IncomingRequest, Stack } from './stack.ts';

/** Whose 2xx must have a Contact besides that of INVITE (RFC 3311 table 1, RFC 3515 table 1). */
const CONTACT_METHODS = ['UPDATE', 'REFER'];

/** What the responses are sent with. */
export interface ResponseParts {
  readonly open: OpenRequests;
  readonly serverBye: ServerBye;
  readonly sessions: SessionKeeper;
}

/** Sends the application's responses to the network (RFC 3261 §8.2.6, §12.1.1, §13.3.1). */
export class AppResponses {
  private readonly stack: Stack;
  private readonly parts: ResponseParts;

  constructor(stack: Stack, parts: ResponseParts) {
    this.stack = stack;
    this.parts = parts;
  }

  /** Sends a response in the transaction the application names. */
  respond(client: AppClient, txnId: string, wanted: SipResponse): CommandReply {
    const incoming = this.findAnswered(txnId, wanted);
    const isAnswerable = incoming?.client === client && incoming.transaction.isPending() && !incoming.isAnswered;
    if (incoming === undefined || !isAnswerable) return refuse('Response not sent due to unknown transaction');
    const { request, replyFlow } = incoming.transaction;
    if (request.method === 'SUBSCRIBE' && wanted.status < 300) return refuse('subscriptions are not supported');
    const headers = appHeaders(wanted, replyFlow, 'transaction');
    const isAppAware = hasOptionTag(headers, 'Require', '100rel');
    const problem = completeBody(headers, wanted) ?? prepareProvisional(request, wanted.status, headers);
    if (problem !== undefined) return refuse(problem);
    if (parseNameAddrs(headers.getAll('Contact')) === undefined && headers.get('Contact') !== '*')
      return refuse('malformed Contact');

    const response = this.build(incoming, wanted);
    const makesDialog = request.method === 'INVITE' && wanted.status > 100 && wanted.status < 300;
    const isSuccess = wanted.status >= 200 && wanted.status < 300;
    if (makesDialog || (isSuccess && CONTACT_METHODS.includes(request.method))) addContact(incoming, headers);
    if (makesDialog) this.addDialogHeaders(incoming, response, headers);
    const session = this.agreeSession(incoming, wanted.status, headers);
    appendHeaders(response.headers, headers);
    return this.send(incoming, { ...response, body: wanted.body }, { isAppAware, session });
  }

  /** A response to an UPDATE during call set-up names the transaction of the INVITE. */
  private findAnswered(txnId: string, wanted: SipResponse): IncomingRequest | undefined {
    const incoming = this.stack.incoming.get(txnId);
    const isForUpdate = parseCSeq(wanted.headers.get('CSeq'))?.method === 'UPDATE';
    return isForUpdate ? (incoming?.openUpdate ?? incoming) : incoming;
  }

  private build(incoming: IncomingRequest, wanted: SipResponse): SipResponse {
    const { request } = incoming.transaction;
    if (wanted.status > 100) incoming.toTag ??= tagOf(request.headers.get('To')) ?? tagOf(wanted.headers.get('To')) ?? newTag();
    return responseTo(request, wanted.status, wanted.reason, incoming.toTag);
  }

  private addDialogHeaders(incoming: IncomingRequest, response: SipResponse, headers: HeaderList): void {
    const { request, flow } = incoming.transaction;
    for (const route of request.headers.getAll('Record-Route')) response.headers.add('Record-Route', route);
    if (incoming.dialog !== undefined) return;
    incoming.dialog = dialogOfServer(request, {
      localTag: incoming.toTag ?? '',
      localContact: headers.get('Contact') ?? '',
      localSeq: newSeq(),
      flow,
    });
    this.stack.dialogs.add(incoming.dialog);
    this.stack.clientOf.set(incoming.dialog, incoming.client);
  }

  /** What the 2xx to a refresh says of the session timer; a function, because it counts only once the 2xx is out. */
  private agreeSession(incoming: IncomingRequest, status: number, headers: HeaderList): () => void {
    const { request } = incoming.transaction;
    const { dialog } = incoming;
    const isRefresh = request.method === 'INVITE' || (request.method === 'UPDATE' && dialog?.phase === 'confirmed');
    if (!isRefresh || dialog === undefined || status < 200 || status >= 300) {
      headers.remove('Session-Expires');
      return () => undefined;
    }
    const agreed = agreeAsServer(request, headers, dialog.session);
    return () => this.parts.sessions.settle(dialog, agreed);
  }

  private send(
    incoming: IncomingRequest,
    response: SipResponse,
    how: { readonly isAppAware: boolean; readonly session: () => void },
  ): CommandReply {
    const { transaction, dialog, txnId } = incoming;
    const flow = transaction.replyFlow;
    if (response.status < 200) {
      incoming.hasProvisional = true;
      dialog?.noteSent(response);
      if (dialog !== undefined && isReliable(response)) this.sendReliably(incoming, dialog, response, how.isAppAware);
      else transaction.respond(response);
      return { ok: true, sent: response, flow, txnId, dialogId: dialog?.id ?? '' };
    }
    this.record(incoming, response);
    const settle = (): void => this.settle(incoming, response, how.session);
    const isSuccess = transaction.method === 'INVITE' && response.status < 300;
    if (isSuccess && dialog?.reliable?.mustHoldSuccess === true) {
      // It stays open, so that a BYE or a lost connection still finds it.
      incoming.isAnswered = true;
      dialog.reliable.onceClear(settle);
    } else settle();
    const dialogId = dialog !== undefined && dialog.phase !== 'ended' ? dialog.id : '';
    return { ok: true, sent: response, flow, txnId, dialogId };
  }

  private sendReliably(incoming: IncomingRequest, dialog: Dialog, response: SipResponse, isAppAware: boolean): void {
    const onTimeout = (): void => this.parts.open.giveUp(incoming, 504, 'no PRACK came');
    sendProvisional(this.stack, { incoming, dialog, response, isAppAware, onTimeout });
  }

  private record({ transaction, isInDialog }: IncomingRequest, response: SipResponse): void {
    if (transaction.method === 'INVITE' && !isInDialog) {
      if (response.status < 300) this.stack.records.start('application', 'uas', response);
      else this.stack.records.stop('application', 'call-rejected', response);
    }
  }

  private settle(incoming: IncomingRequest, response: SipResponse, settleSession: () => void): void {
    const { transaction, dialog } = incoming;
    this.parts.open.close(incoming);
    if (!transaction.isPending()) return;
    if (incoming.openUpdate !== undefined) this.parts.open.finish(incoming.openUpdate, 500);
    dialog?.noteSent(response);
    if (transaction.method === 'INVITE') this.settleInvite(incoming, response);
    else if (response.status < 300) this.settleOther(incoming, response);
    settleSession();
    transaction.respond(response);
  }

  private settleInvite(incoming: IncomingRequest, response: SipResponse): void {
    const { dialog, transaction, isInDialog } = incoming;
    if (dialog === undefined) return;
    dialog.reliable?.finish();
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
    const { transaction, txnId } = incoming;
    dialog.accepted = new AcceptedInvite({
      timers,
      clock,
      seq: identityOf(transaction.request).cseq.number,
      txnId,
      repeat: () => transaction.sendAgain(bytes),
      onTimeout: () => {
        if (!dialog.isEnding) this.parts.serverBye.end(dialog, 'ACK timeout');
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

/** Where the peer is to send what follows, unless the application has said so. */
function addContact({ dialog, transaction }: IncomingRequest, headers: HeaderList): void {
  if (headers.has('Contact')) return;
  headers.add('Contact', dialog?.localContact ?? contactFor(transaction.replyFlow, transaction.request.uri));
}
