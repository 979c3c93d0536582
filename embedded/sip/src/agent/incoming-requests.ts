import { recordRoutes } from '../dialog/dialog.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { identityOf } from '../message/sip-message.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { Flow } from '../transport/flow.ts';
import { newTag, newUuid } from './identifiers.ts';
import { responseTo } from '../message/response-to.ts';
import type { IncomingRequest, Stack } from './stack.ts';

const KNOWN_METHODS = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'REGISTER',
  'OPTIONS',
  'INFO',
  'MESSAGE',
  'NOTIFY',
  'PUBLISH',
  'REFER',
  'UPDATE',
];
const ALLOW = KNOWN_METHODS.join(', ');
const DIALOG_ONLY_METHODS = ['BYE', 'UPDATE', 'PRACK'];
/** An INVITE the application does not react to at all is given up after this many T1 (64 s), any other after Timer F. */
const INVITE_PATIENCE_T1 = 128;
const OTHER_PATIENCE_T1 = 64;

/** Takes requests from the network to the application (RFC 3261 §8.2, §9.2, §12.2.2, §14.2, §15.1.2). */
export class IncomingRequests {
  private readonly stack: Stack;
  private readonly ofTransaction = new WeakMap<ServerTransaction, IncomingRequest>();

  constructor(stack: Stack) {
    this.stack = stack;
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
    const isMerged = request.method !== 'CANCEL' && transactions.isMerged(request);
    const transaction = transactions.openServer(request, flow, replyFlow, () => this.forget(transaction));
    if (isMerged) this.reject(transaction, 482);
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
    dialog.accepted = undefined;
    const client = this.stack.clientOf.get(dialog);
    client?.deliver({ source: 'network', message: ack, flow, txnId: accepted.txnId, dialogId: dialog.id });
    accepted.acknowledge();
  }

  private cancel(cancel: SipRequest, transaction: ServerTransaction): void {
    const invite = this.stack.transactions.findCancelled(cancel);
    if (invite === undefined) {
      this.reject(transaction, 481);
      return;
    }
    const incoming = this.ofTransaction.get(invite);
    transaction.respond(responseTo(cancel, 200, 'OK', incoming?.toTag ?? newTag()));
    if (incoming === undefined || !invite.isPending()) return;
    this.finish(incoming, 487);
    incoming.client.deliver({
      source: 'network',
      message: cancel,
      flow: transaction.flow,
      txnId: incoming.txnId,
      dialogId: incoming.dialog?.id ?? '',
    });
  }

  private admitNew(transaction: ServerTransaction): void {
    const { request } = transaction;
    const { method } = request;
    const required = requiredExtensions(request);
    if (DIALOG_ONLY_METHODS.includes(method)) this.reject(transaction, 481);
    else if (required.length > 0) this.reject(transaction, 420, required);
    else if (method === 'INVITE' && recordedPeer(request) === undefined) this.reject(transaction, 400);
    else this.offerNew(transaction);
  }

  private offerNew(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const client = this.stack.application.clientFor(request.method);
    if (client === undefined) {
      this.reject(transaction, statusWithoutRoute(request.method));
      return;
    }
    if (request.method === 'INVITE') transaction.respond(responseTo(request, 100));
    const incoming = this.remember(transaction, client, undefined);
    client.deliver({ source: 'network', message: request, flow, txnId: incoming.txnId, dialogId: '', receivedOn: flow.local });
  }

  private admitInDialog(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const dialog = this.stack.dialogs.findForRequest(request);
    const client = dialog === undefined ? undefined : this.stack.clientOf.get(dialog);
    if (dialog === undefined || client === undefined) {
      this.reject(transaction, 481);
      return;
    }
    const refusal = this.refusalInDialog(dialog, request);
    if (refusal !== undefined) {
      this.reject(transaction, refusal);
      return;
    }
    dialog.remoteSeq = identityOf(request).cseq.number;
    if (request.method === 'INVITE') {
      transaction.respond(responseTo(request, 100));
      dialog.openInvite = 'theirs';
    }
    if (request.method === 'BYE') this.endByPeer(dialog);
    const incoming = this.remember(transaction, client, dialog);
    client.deliver({ source: 'network', message: request, flow, txnId: incoming.txnId, dialogId: dialog.id });
  }

  private refusalInDialog(dialog: Dialog, request: SipRequest): number | undefined {
    // RFC 3261 §12.2.2: a request out of order; §14.2: glare and overlapping INVITEs.
    if (identityOf(request).cseq.number < dialog.remoteSeq) return 500;
    if (request.method === 'PRACK') return 501;
    if (request.method === 'SUBSCRIBE') return 405;
    if (requiredExtensions(request).length > 0) return 420;
    if (request.method !== 'INVITE') return undefined;
    if (dialog.openInvite === 'ours') return 491;
    return dialog.openInvite === 'theirs' || dialog.phase === 'early' ? 500 : undefined;
  }

  /** RFC 3261 §15.1.2: the dialog is over and what is still unanswered in it gets a 487. */
  private endByPeer(dialog: Dialog): void {
    for (const open of [...this.stack.incoming.values()]) {
      if (open.dialog === dialog && open.transaction.request.method === 'INVITE') this.finish(open, 487);
    }
    this.stack.dialogs.end(dialog);
  }

  private remember(
    transaction: ServerTransaction,
    client: IncomingRequest['client'],
    dialog: Dialog | undefined,
  ): IncomingRequest {
    const { timers, clock, incoming: all } = this.stack;
    const isInvite = transaction.request.method === 'INVITE';
    const incoming: IncomingRequest = {
      txnId: newUuid(),
      transaction,
      client,
      dialog,
      isInDialog: dialog !== undefined,
      toTag: undefined,
      hasProvisional: false,
      stopPatience: clock.startTimer((isInvite ? INVITE_PATIENCE_T1 : OTHER_PATIENCE_T1) * timers.t1Ms, () => {
        if (isInvite && !incoming.hasProvisional) this.finish(incoming, 503);
        // RFC 4320 §4.2: a late error to a non-INVITE only does harm; its sender has given up.
        if (!isInvite) {
          all.delete(incoming.txnId);
          transaction.drop();
        }
      }),
    };
    all.set(incoming.txnId, incoming);
    this.ofTransaction.set(transaction, incoming);
    return incoming;
  }

  /** A transaction ended; if that was before its final answer (its connection broke), nobody can answer it any more. */
  private forget(transaction: ServerTransaction): void {
    const incoming = this.ofTransaction.get(transaction);
    if (incoming === undefined || !this.stack.incoming.has(incoming.txnId)) return;
    incoming.stopPatience();
    this.stack.incoming.delete(incoming.txnId);
    this.release(incoming);
  }

  /** Ends a request with a failure of our own. */
  finish(incoming: IncomingRequest, status: number): void {
    incoming.stopPatience();
    this.stack.incoming.delete(incoming.txnId);
    const { transaction } = incoming;
    transaction.respond(responseTo(transaction.request, status, undefined, incoming.toTag ?? newTag()));
    this.release(incoming);
  }

  /** What an unsuccessful INVITE leaves behind in its dialog. */
  private release({ dialog, transaction, isInDialog }: IncomingRequest): void {
    if (dialog === undefined || transaction.request.method !== 'INVITE') return;
    if (!isInDialog) this.stack.dialogs.end(dialog);
    else if (dialog.openInvite === 'theirs') dialog.openInvite = undefined;
  }

  private reject(transaction: ServerTransaction, status: number, unsupported: readonly string[] = []): void {
    const response = responseTo(transaction.request, status, undefined, newTag());
    if (status === 405 || status === 501) response.headers.add('Allow', ALLOW);
    if (status === 420) response.headers.add('Unsupported', unsupported.join(', '));
    if (status === 500) response.headers.add('Retry-After', '1');
    transaction.respond(response);
  }
}

/** SUBSCRIBE is known but never leads to a subscription here. */
function statusWithoutRoute(method: string): number {
  if (method === 'SUBSCRIBE') return 405;
  return KNOWN_METHODS.includes(method) ? 503 : 501;
}

/** RFC 3261 §8.2.2.3: what the peer insists on and we do not do. */
function requiredExtensions(request: SipRequest): string[] {
  const tags = request.headers.getAll('Require').flatMap((line) => line.split(','));
  return tags.map((tag) => tag.trim()).filter((tag) => tag !== '');
}

/** The Contact an INVITE must carry (RFC 3261 §8.1.1.8). */
function recordedPeer(invite: SipRequest): string | undefined {
  return invite.headers.get('Contact') ?? recordRoutes(invite)[0];
}
