import type { Dialog } from '../dialog/dialog.ts';
import { identityOf } from '../message/sip-message.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { responseTo } from '../message/response-to.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { Flow } from '../transport/flow.ts';
import type { Absences } from './absences.ts';
import { newTag } from './identifiers.ts';
import type { OpenRequests } from './open-requests.ts';
import { IncomingPracks } from './pracks.ts';
import { refusal, refusalOfExtensions, refusalOfSession, refusalOutside, refusalWithoutRoute } from './request-policy.ts';
import type { Refusal } from './request-policy.ts';
import type { IncomingRequest, Stack } from './stack.ts';

/** Takes requests from the network to the application (RFC 3261 §8.2, §9.2, §12.2.2, §14.2, §15.1.2; RFC 3311 §5.2). */
export class IncomingRequests {
  private readonly stack: Stack;
  private readonly open: OpenRequests;
  private readonly absences: Absences;
  private readonly pracks: IncomingPracks;

  constructor(stack: Stack, open: OpenRequests, absences: Absences) {
    this.stack = stack;
    this.open = open;
    this.absences = absences;
    this.pracks = new IncomingPracks(stack, open);
  }

  onRequest(request: SipRequest, flow: Flow, replyFlow: Flow): void {
    const { transactions } = this.stack;
    const known = transactions.findServer(request);
    if (known !== undefined && !(request.method === 'ACK' && this.isForSuccess(request))) {
      known.receive(request);
      return;
    }
    if (request.method === 'ACK') {
      this.acknowledge(request, flow);
      return;
    }
    if (request.method === 'CANCEL' && this.isFromElsewhere(request, flow)) return;
    const isMerged = request.method !== 'CANCEL' && transactions.isMerged(request);
    const transaction = transactions.openServer(request, flow, replyFlow, () => this.open.forget(transaction));
    if (isMerged) this.open.reject(transaction, refusal(482));
    else if (request.method === 'CANCEL') this.cancel(request, transaction);
    else if (identityOf(request).toTag === undefined) this.admitNew(transaction);
    else this.admitInDialog(transaction);
  }

  /** The ACK of a 2xx that reuses the branch of its INVITE, as some old phones send it, still belongs to the dialog. */
  private isForSuccess(ack: SipRequest): boolean {
    return this.stack.dialogs.findForRequest(ack)?.accepted?.seq === identityOf(ack).cseq.number;
  }

  private acknowledge(ack: SipRequest, flow: Flow): void {
    const dialog = this.stack.dialogs.findForRequest(ack);
    const accepted = dialog?.accepted;
    if (dialog === undefined || accepted === undefined || accepted.seq !== identityOf(ack).cseq.number) return;
    // Our tag came back: nobody else can know it.
    flow.noteReachable();
    dialog.accepted = undefined;
    dialog.reliable = undefined;
    const client = this.stack.clientOf.get(dialog);
    client?.deliver({ source: 'network', message: ack, flow, txnId: accepted.txnId, dialogId: dialog.id });
    accepted.finish();
  }

  /**
   * RFC 3261 §22.1: a CANCEL cannot be challenged, so it has to come from where its INVITE came from. Another is not even answered: its
   * transaction would take the place of the caller's.
   */
  private isFromElsewhere(cancel: SipRequest, { remote }: Flow): boolean {
    const invite = this.stack.transactions.findCancelled(cancel);
    return invite !== undefined && invite.flow.remote.host !== remote.host;
  }

  private cancel(cancel: SipRequest, transaction: ServerTransaction): void {
    const invite = this.stack.transactions.findCancelled(cancel);
    if (invite === undefined) {
      this.open.reject(transaction, refusal(481));
      return;
    }
    const incoming = this.open.find(invite);
    if (incoming !== undefined) incoming.toTag ??= newTag();
    transaction.respond(responseTo(cancel, 200, 'OK', incoming?.toTag ?? invite.toTag));
    // RFC 3261 §9.2: a CANCEL that comes after the answer changes nothing.
    if (incoming === undefined || !invite.isPending() || incoming.isAnswered) return;
    this.open.finish(incoming, 487);
    this.open.tellCancelled(incoming, cancel);
  }

  private admitNew(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const { method } = request;
    const client = this.stack.application.clientFor(method);
    const problem = refusalOutside(request, this.stack.policy.minSessionS);
    if (problem !== undefined || client === undefined) {
      this.open.reject(transaction, problem ?? refusalWithoutRoute(method));
      return;
    }
    if (method === 'INVITE') {
      transaction.respond(responseTo(request, 100));
      this.stack.records.attempt('network', request);
    }
    const incoming = this.open.remember(transaction, client, undefined);
    client.deliver({ source: 'network', message: request, flow, txnId: incoming.txnId, dialogId: '', receivedOn: flow.local });
  }

  private admitInDialog(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const dialog = this.stack.dialogs.findForRequest(request);
    const client = dialog === undefined ? undefined : this.stack.clientOf.get(dialog);
    const problem = dialog === undefined || client === undefined ? refusal(481) : this.refusalInside(dialog, request);
    if (dialog === undefined || client === undefined || problem !== undefined) {
      this.open.reject(transaction, problem ?? refusal(481));
      return;
    }
    flow.noteReachable();
    dialog.remoteSeq = identityOf(request).cseq.number;
    if (request.method === 'PRACK') {
      this.pracks.receive(transaction, dialog);
      return;
    }
    if (request.method === 'INVITE') {
      transaction.respond(responseTo(request, 100));
      dialog.openInvite = 'theirs';
    }
    if (request.method === 'BYE') {
      const isAlone = this.absences.isWaiting(dialog);
      if (isAlone) this.absences.noteEnded(dialog);
      this.endByPeer(dialog, request);
      if (isAlone) transaction.respond(responseTo(request, 200));
      if (isAlone) return;
    }
    const incoming = this.openInside(transaction, dialog, client);
    client.deliver({ source: 'network', message: request, flow, txnId: incoming.txnId, dialogId: dialog.id });
  }

  /** drachtio-server lets an UPDATE that comes while the call is being set up go by the id of the INVITE. */
  private openInside(transaction: ServerTransaction, dialog: Dialog, client: IncomingRequest['client']): IncomingRequest {
    const invite = transaction.method === 'UPDATE' && dialog.phase === 'early' ? this.openInvite(dialog)?.txnId : undefined;
    const incoming = this.open.remember(transaction, client, dialog, invite);
    const owner = invite === undefined ? undefined : this.stack.incoming.get(invite);
    if (owner !== undefined) owner.openUpdate = incoming;
    return incoming;
  }

  private openInvite(dialog: Dialog): IncomingRequest | undefined {
    for (const open of this.stack.incoming.values()) {
      if (open.dialog === dialog && open.transaction.method === 'INVITE') return open;
    }
    return undefined;
  }

  private refusalInside(dialog: Dialog, request: SipRequest): Refusal | undefined {
    const { method } = request;
    // RFC 3261 §12.2.2: a request out of order; §14.2: glare and overlapping INVITEs.
    if (identityOf(request).cseq.number < dialog.remoteSeq) return refusal(500);
    if (method === 'SUBSCRIBE') return refusal(405);
    const extensions = refusalOfExtensions(request);
    if (extensions !== undefined) return extensions;
    if (method === 'UPDATE') return this.refusalOfUpdate(dialog, request);
    if (method !== 'INVITE') return undefined;
    if (dialog.openInvite === 'ours') return refusal(491);
    if (dialog.openInvite === 'theirs' || dialog.phase === 'early') return refusal(500);
    return refusalOfSession(request, this.stack.policy.minSessionS);
  }

  /** RFC 3311 §5.2: one UPDATE at a time, and no offer while one of ours is not answered. */
  private refusalOfUpdate(dialog: Dialog, update: SipRequest): Refusal | undefined {
    if (this.hasOpenUpdate(dialog)) return refusal(500);
    const isOffer = update.body.length > 0;
    if (isOffer && (dialog.openInvite === 'ours' || this.hasSentOffer(dialog))) return refusal(491);
    if (isOffer && dialog.openInvite === 'theirs') return refusal(500);
    return refusalOfSession(update, this.stack.policy.minSessionS);
  }

  private hasOpenUpdate(dialog: Dialog): boolean {
    for (const open of this.stack.incoming.values()) {
      if (open.openUpdate?.dialog === dialog) return true;
      if (open.dialog === dialog && open.transaction.method === 'UPDATE') return true;
    }
    return false;
  }

  private hasSentOffer(dialog: Dialog): boolean {
    for (const sent of this.stack.outgoing.values()) {
      const { method, body } = sent.transaction.request;
      if (sent.dialog === dialog && method === 'UPDATE' && body.length > 0) return true;
    }
    return false;
  }

  /** RFC 3261 §15.1.2: the dialog is over and what is still unanswered in it gets a 487. */
  private endByPeer(dialog: Dialog, bye: SipRequest): void {
    const hasOpenInvite = dialog.openInvite === 'theirs' || dialog.phase === 'early';
    const invite = hasOpenInvite ? this.openInvite(dialog) : undefined;
    if (invite !== undefined) this.open.finish(invite, 487);
    if (dialog.phase === 'confirmed') this.stack.records.stop('network', 'normal-release', bye);
    this.stack.dialogs.end(dialog);
  }
}
