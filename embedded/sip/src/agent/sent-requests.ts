import type { Dialog } from '../dialog/dialog.ts';
import { agreeAsClient } from '../dialog/session-interval.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { ClientTransaction } from '../transaction/client-transaction.ts';
import type { Flow } from '../transport/flow.ts';
import type { AppClient, CommandReply } from './application.ts';
import { newTag, newUuid } from './identifiers.ts';
import type { InviteAnswers } from './invite-answers.ts';
import type { SessionKeeper } from './session-keeper.ts';
import { responseTo } from '../message/response-to.ts';
import type { OutgoingRequest, Stack } from './stack.ts';

/** A request ready to go. */
export interface ReadyRequest {
  readonly client: AppClient;
  readonly request: SipRequest;
  readonly flow: Flow;
  /** The dialog it belongs to, if any. */
  readonly dialog: Dialog | undefined;
}

/** Requests on their way, and what becomes of the dialogs they belong to. */
export class SentRequests {
  private readonly stack: Stack;
  private readonly answers: InviteAnswers;
  private readonly sessions: SessionKeeper;

  constructor(stack: Stack, answers: InviteAnswers, sessions: SessionKeeper) {
    this.stack = stack;
    this.answers = answers;
    this.sessions = sessions;
  }

  /** Sends it, after the peer's ACK if that is still missing, and reports every answer to the application. */
  send(ready: ReadyRequest): CommandReply {
    const { client, request, flow, dialog } = ready;
    const txnId = newUuid();
    const transaction: ClientTransaction = this.stack.transactions.openClient(request, flow, {
      onResponse: (response, from) => this.onResponse(outgoing, response, from),
      onFailure: (cause) =>
        this.onResponse(outgoing, responseTo(request, cause === 'timeout' ? 408 : 503, undefined, newTag()), flow),
      onTerminated: () => this.answers.forget(outgoing),
    });
    const outgoing: OutgoingRequest = {
      txnId,
      transaction,
      client,
      dialog,
      isInDialog: dialog !== undefined,
      branches: new Set(),
      isCancelled: false,
      heldCancel: undefined,
      stopPatience: () => undefined,
    };
    this.stack.outgoing.set(txnId, outgoing);
    this.record(outgoing);
    if (request.method === 'INVITE') this.answers.limitRinging(outgoing);
    const mustWait = request.method === 'BYE' || request.method === 'INVITE';
    // RFC 3261 §15: the callee sends no BYE before the ACK; §14.1: nobody sends an INVITE before it.
    if (mustWait && dialog?.accepted !== undefined) dialog.accepted.whenSettled(() => transaction.start());
    else transaction.start();
    return { ok: true, sent: request, flow, txnId, dialogId: dialog?.id ?? '' };
  }

  private onResponse(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    if (response.status >= 200) this.stack.outgoing.delete(outgoing.txnId);
    const { method } = outgoing.transaction.request;
    if (method === 'INVITE') {
      this.answers.onResponse(outgoing, response, flow);
      return;
    }
    if (method === 'BYE') this.afterBye(outgoing, response);
    if (method === 'UPDATE' && response.status >= 200 && response.status < 300) this.afterUpdate(outgoing, response, flow);
    this.report(outgoing, response, flow);
  }

  private record({ transaction, isInDialog, dialog }: OutgoingRequest): void {
    const { request } = transaction;
    if (request.method === 'INVITE' && !isInDialog) this.stack.records.attempt('application', request);
    if (request.method === 'BYE' && dialog !== undefined) this.stack.records.stop('application', 'normal-release', request);
  }

  private afterUpdate({ dialog }: OutgoingRequest, response: SipResponse, flow: Flow): void {
    if (dialog === undefined || dialog.phase === 'ended') return;
    dialog.refreshTarget(response, flow);
    if (dialog.phase === 'confirmed') this.sessions.settle(dialog, agreeAsClient(response));
  }

  /** RFC 3261 §15.1.1: whatever the answer, the dialog is over; only a challenge may be followed by a second BYE. */
  private afterBye({ dialog }: OutgoingRequest, response: SipResponse): void {
    if (dialog === undefined || response.status < 200) return;
    if (response.status !== 401 && response.status !== 407) {
      this.stack.dialogs.end(dialog);
      return;
    }
    this.stack.clock.startTimer(64 * this.stack.timers.t1Ms, () => {
      if (dialog.phase !== 'ended') this.stack.dialogs.end(dialog);
    });
  }

  private report(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    const dialogId = outgoing.dialog?.id ?? '';
    outgoing.client.deliver({ source: 'network', message: response, flow, txnId: outgoing.txnId, dialogId });
  }
}
