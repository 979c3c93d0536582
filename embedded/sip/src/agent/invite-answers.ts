import { Buffer } from 'node:buffer';
import { contactUri, dialogOfClient, recordRoutes } from '../dialog/dialog.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { HeaderList } from '../message/header-list.ts';
import { identityOf, serialize } from '../message/sip-message.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import { appendHeaders, appHeaders, completeBody } from './app-headers.ts';
import { refuse } from './application.ts';
import type { CommandReply } from './application.ts';
import { newUuid } from './identifiers.ts';
import { viaFor } from './local-address.ts';
import { inDialogFlow } from './next-hop.ts';
import type { ServerBye } from './server-bye.ts';
import type { OutgoingRequest, Stack } from './stack.ts';

const nothing = (): void => undefined;
const APPLICATION_GONE = 'the application is gone';

/** What follows the INVITEs we send: dialogs, ACKs, CANCELs and their races (RFC 3261 §9.1, §13.2.2, §14.1). */
export class InviteAnswers {
  private readonly stack: Stack;
  private readonly serverBye: ServerBye;

  constructor(stack: Stack, serverBye: ServerBye) {
    this.stack = stack;
    this.serverBye = serverBye;
  }

  onResponse(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    if (response.status < 200) this.onProvisional(outgoing, response, flow);
    else if (response.status < 300) this.onSuccess(outgoing, response, flow);
    else this.onRefusal(outgoing, response, flow);
  }

  private onProvisional(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    if (!outgoing.isInDialog && response.status > 100) this.branchOf(outgoing, response, flow);
    outgoing.heldCancel?.();
    outgoing.heldCancel = undefined;
    this.report(outgoing, response, flow);
  }

  private onSuccess(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    const answered = outgoing.dialog;
    outgoing.heldCancel = undefined;
    if (outgoing.isInDialog && answered !== undefined) this.onReinviteSuccess(outgoing, answered, response, flow);
    else if (answered === undefined) this.onFirstSuccess(outgoing, response, flow);
    else if (answered.remoteTag === (identityOf(response).toTag ?? '')) repeatAck(answered, response);
    else this.endSecondFork(outgoing, response, flow);
  }

  private onFirstSuccess(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    const dialog = this.branchOf(outgoing, response, flow) ?? this.adopt(outgoing, response, flow);
    outgoing.dialog = dialog;
    for (const other of outgoing.branches) {
      if (other !== dialog) this.stack.dialogs.end(other);
    }
    dialog.routeSet = recordRoutes(response).reverse();
    dialog.refreshTarget(response, flow);
    dialog.ackDue = outgoing.transaction.request;
    // Without a Contact nothing but the ACK can reach the peer for sure; drachtio-srf gives such a call up.
    dialog.isByeDue = outgoing.isCancelled || contactUri(response) === undefined;
    this.stack.dialogs.confirm(dialog);
    this.report(outgoing, response, flow);
    if (!outgoing.client.isOpen()) this.abandon(dialog);
  }

  private onReinviteSuccess(outgoing: OutgoingRequest, dialog: Dialog, response: SipResponse, flow: Flow): void {
    if (repeatAck(dialog, response)) return;
    const isRepeated = dialog.ackDue === outgoing.transaction.request;
    dialog.openInvite = undefined;
    if (dialog.phase === 'ended' || isRepeated) return;
    dialog.refreshTarget(response, flow);
    dialog.ackDue = outgoing.transaction.request;
    this.report(outgoing, response, flow);
  }

  private onRefusal(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    if (outgoing.isInDialog && outgoing.dialog !== undefined) outgoing.dialog.openInvite = undefined;
    for (const branch of outgoing.branches) this.stack.dialogs.end(branch);
    this.report(outgoing, response, flow);
  }

  /** The application's ACK of a 2xx; kept to be sent again (RFC 3261 §13.2.2.4). */
  async acknowledge(dialog: Dialog, wanted: SipRequest): Promise<CommandReply> {
    const invite = dialog.ackDue;
    if (invite === undefined) return refuse('ACK not sent: no 2xx is waiting for it');
    dialog.ackDue = undefined;
    const flow = await inDialogFlow(this.stack, dialog);
    const own = appHeaders(wanted, flow, 'transaction');
    const problem = completeBody(own, wanted);
    if (problem !== undefined) {
      dialog.ackDue = invite;
      return refuse(problem);
    }
    const request = this.sendAck(dialog, invite, flow, { headers: own, body: wanted.body });
    if (dialog.isByeDue) this.serverBye.end(dialog, 'ACK-BYE due to cancel race condition');
    return { ok: true, sent: request, flow, txnId: newUuid(), dialogId: dialog.id };
  }

  private sendAck(dialog: Dialog, invite: SipRequest, flow: Flow, own: { headers: HeaderList; body: Buffer }): SipRequest {
    const { seq } = { seq: identityOf(invite).cseq.number };
    const { uri, headers } = dialog.requestHead('ACK', seq, viaFor(flow));
    for (const name of ['Authorization', 'Proxy-Authorization']) {
      for (const value of own.headers.has(name) ? [] : invite.headers.getAll(name)) headers.add(name, value);
    }
    appendHeaders(headers, own.headers);
    const request: SipRequest = { kind: 'request', method: 'ACK', uri, headers, body: own.body };
    const bytes = serialize(request);
    dialog.sentAck = { seq, bytes, flow };
    flow.send(bytes, nothing);
    return request;
  }

  /** Cancels an INVITE, at once or when its first provisional response comes. Returns the CANCEL. */
  cancel(outgoing: OutgoingRequest, own: HeaderList): SipRequest {
    const request = cancelFor(outgoing.transaction.request, own);
    const isFirst = !outgoing.isCancelled;
    outgoing.isCancelled = true;
    const send = (): void => {
      const cancel = this.stack.transactions.openClient(request, outgoing.transaction.flow, {
        onResponse: nothing,
        onFailure: nothing,
      });
      cancel.start();
      outgoing.transaction.noteCancelled();
    };
    if (!isFirst) return request;
    if (outgoing.transaction.isProceeding()) send();
    else outgoing.heldCancel = send;
    return request;
  }

  /** Cancels our own re-INVITE before a BYE goes out. */
  cancelInside(dialog: Dialog): void {
    if (dialog.openInvite !== 'ours') return;
    for (const outgoing of this.stack.outgoing.values()) {
      if (outgoing.dialog === dialog && outgoing.transaction.request.method === 'INVITE') this.cancel(outgoing, new HeaderList());
    }
  }

  /** Ends a dialog whose application is gone. A BYE the application has sent already stays the last word. */
  orphan(dialog: Dialog): void {
    if (dialog.isEnding) return;
    this.cancelInside(dialog);
    if (dialog.phase === 'early') this.stack.dialogs.end(dialog);
    else if (dialog.ackDue !== undefined) this.abandon(dialog);
    // RFC 3261 §15: the callee sends no BYE before the ACK. When that never comes, the dialog has had its BYE by then.
    else if (dialog.accepted !== undefined) dialog.accepted.whenSettled(() => this.endOrphan(dialog));
    else this.endOrphan(dialog);
  }

  private endOrphan(dialog: Dialog): void {
    if (dialog.phase !== 'ended') this.serverBye.end(dialog, APPLICATION_GONE, 503);
  }

  /** ACK and BYE for a call nobody here wants any more. */
  private abandon(dialog: Dialog): void {
    const invite = dialog.ackDue;
    dialog.ackDue = undefined;
    if (invite === undefined) return;
    void inDialogFlow(this.stack, dialog).then((flow) => {
      this.sendAck(dialog, invite, flow, { headers: new HeaderList(), body: Buffer.alloc(0) });
      this.serverBye.end(dialog, APPLICATION_GONE, 503);
    });
  }

  /** A second party answered a forked INVITE: it is thanked and released (RFC 3261 §13.2.2.4). */
  private endSecondFork(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    const invite = outgoing.transaction.request;
    const fork = dialogOfClient(invite, response, flow);
    const known = [...outgoing.branches].find((branch) => branch.remoteTag === fork.remoteTag);
    if (known?.sentAck !== undefined) {
      repeatAck(known, response);
      return;
    }
    outgoing.branches.add(fork);
    if (known !== undefined) outgoing.branches.delete(known);
    fork.ackDue = invite;
    this.abandon(fork);
  }

  /** The early dialog of a tagged response, made when it is new (RFC 3261 §12.1.2, §13.2.2.1). */
  private branchOf(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): Dialog | undefined {
    const { toTag } = identityOf(response);
    if (toTag === undefined) return undefined;
    const known = [...outgoing.branches].find((branch) => branch.remoteTag === toTag);
    return known ?? this.adopt(outgoing, response, flow);
  }

  private adopt(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): Dialog {
    const dialog = dialogOfClient(outgoing.transaction.request, response, flow);
    outgoing.branches.add(dialog);
    this.stack.dialogs.add(dialog);
    this.stack.clientOf.set(dialog, outgoing.client);
    return dialog;
  }

  private report(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    const invite = identityOf(outgoing.transaction.request);
    const dialogId = outgoing.dialog?.id ?? (response.status > 100 ? `${invite.callId};from-tag=${invite.fromTag ?? ''}` : '');
    outgoing.client.deliver({ source: 'network', message: response, flow, txnId: outgoing.txnId, dialogId });
  }
}

/** Answers a repeated 2xx with the ACK it missed; false when that ACK was never sent. */
function repeatAck(dialog: Dialog, response: SipResponse): boolean {
  const { sentAck } = dialog;
  if (sentAck === undefined || sentAck.seq !== identityOf(response).cseq.number) return false;
  sentAck.flow.send(sentAck.bytes, nothing);
  return true;
}

/** RFC 3261 §9.1: a CANCEL has the Via, URI, parties and CSeq number of its INVITE. */
function cancelFor(invite: SipRequest, own: HeaderList): SipRequest {
  const headers = new HeaderList();
  for (const name of ['Via', 'Route', 'Max-Forwards', 'From', 'To', 'Call-ID']) {
    for (const value of invite.headers.getAll(name)) headers.add(name, value);
  }
  headers.add('CSeq', `${identityOf(invite).cseq.number} CANCEL`);
  appendHeaders(headers, own.remove('Contact'));
  return { kind: 'request', method: 'CANCEL', uri: invite.uri, headers, body: Buffer.alloc(0) };
}
