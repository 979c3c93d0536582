import { Buffer } from 'node:buffer';
import { contactUri, dialogOfClient, recordRoutes } from '../dialog/dialog.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { HeaderList } from '../message/header-list.ts';
import { agreeAsClient } from '../dialog/session-interval.ts';
import { identityOf } from '../message/sip-message.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import type { AckSender } from './ack-sender.ts';
import { appendHeaders, appHeaders, completeBody } from './app-headers.ts';
import { refuse } from './application.ts';
import type { CommandReply } from './application.ts';
import { newUuid } from './identifiers.ts';
import { inDialogFlow } from './next-hop.ts';
import { isNewProvisional } from './pracks.ts';
import type { ServerBye } from './server-bye.ts';
import type { SessionKeeper } from './session-keeper.ts';
import type { OutgoingRequest, Stack } from './stack.ts';

const nothing = (): void => undefined;
/** More parties than this do not answer one INVITE; a hostile one could pretend to be any number. */
const MAX_BRANCHES = 32;
const APPLICATION_GONE = 'the application is gone';

/** What the answers are worked with. */
export interface AnswerParts {
  readonly acks: AckSender;
  readonly serverBye: ServerBye;
  readonly sessions: SessionKeeper;
}

/** What follows the INVITEs we send: dialogs, ACKs, CANCELs and their races (RFC 3261 §9.1, §13.2.2, §14.1). */
export class InviteAnswers {
  private readonly stack: Stack;
  private readonly acks: AckSender;
  private readonly serverBye: ServerBye;
  private readonly sessions: SessionKeeper;

  constructor(stack: Stack, { acks, serverBye, sessions }: AnswerParts) {
    this.stack = stack;
    this.acks = acks;
    this.serverBye = serverBye;
    this.sessions = sessions;
  }

  onResponse(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    if (response.status >= 200) outgoing.stopPatience();
    if (response.status < 200) this.onProvisional(outgoing, response, flow);
    else if (response.status < 300) this.onSuccess(outgoing, response, flow);
    else this.onRefusal(outgoing, response, flow);
  }

  private onProvisional(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    const isTagged = !outgoing.isInDialog && response.status > 100;
    if (isTagged && isOneTooMany(outgoing, response)) return;
    const dialog = isTagged ? this.branchOf(outgoing, response, flow) : outgoing.dialog;
    outgoing.heldCancel?.();
    outgoing.heldCancel = undefined;
    if (isNewProvisional(dialog, response)) this.report(outgoing, response, flow);
  }

  private onSuccess(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    const answered = outgoing.dialog;
    outgoing.heldCancel = undefined;
    if (outgoing.isInDialog && answered !== undefined) this.onReinviteSuccess(outgoing, answered, response, flow);
    else if (answered === undefined) this.onFirstSuccess(outgoing, response, flow);
    else if (answered.remoteTag === (identityOf(response).toTag ?? '')) this.acks.repeat(answered, response);
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
    this.sessions.settle(dialog, agreeAsClient(response));
    this.stack.records.start('network', 'uac', response);
    this.report(outgoing, response, flow);
    if (!outgoing.client.isOpen()) this.abandon(dialog, APPLICATION_GONE, 503);
  }

  private onReinviteSuccess(outgoing: OutgoingRequest, dialog: Dialog, response: SipResponse, flow: Flow): void {
    if (this.acks.repeat(dialog, response)) return;
    const isRepeated = dialog.ackDue === outgoing.transaction.request;
    dialog.openInvite = undefined;
    // RFC 3261 §13.2.2.4: a 2xx is acknowledged even when the dialog has ended meanwhile.
    if (dialog.phase === 'ended') this.acks.send(dialog, outgoing.transaction.request, flow);
    if (dialog.phase === 'ended' || isRepeated) return;
    dialog.refreshTarget(response, flow);
    dialog.ackDue = outgoing.transaction.request;
    this.sessions.settle(dialog, agreeAsClient(response));
    this.report(outgoing, response, flow);
  }

  private onRefusal(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    if (outgoing.isInDialog && outgoing.dialog !== undefined) outgoing.dialog.openInvite = undefined;
    else this.stack.records.stop('network', response.status === 487 ? 'call-canceled' : 'call-rejected', response);
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
    const request = this.acks.send(dialog, invite, flow, { headers: own, body: wanted.body });
    if (dialog.isByeDue) this.serverBye.end(dialog, 'ACK-BYE due to cancel race condition');
    return { ok: true, sent: request, flow, txnId: newUuid(), dialogId: dialog.id };
  }

  /** An INVITE that rings without end is cancelled (RFC 3261 §16.6 gives proxies a Timer C for this). */
  limitRinging(outgoing: OutgoingRequest): void {
    const { policy, clock } = this.stack;
    if (policy.ringLimitMs === 0) return;
    outgoing.stopPatience = clock.startTimer(policy.ringLimitMs, () => void this.cancel(outgoing, new HeaderList()));
  }

  /**
   * The INVITE's transaction is over: no 2xx will be repeated any more. The peer gives its 2xx up at the same time
   * (RFC 3261 §13.3.1.4); an application that sent no ACK until now never will.
   */
  forget({ transaction, dialog, branches }: OutgoingRequest): void {
    const invite = transaction.request;
    if (invite.method !== 'INVITE') return;
    for (const each of dialog === undefined ? branches : [...branches, dialog]) {
      this.acks.forget(each, invite);
      if (each.ackDue === invite) this.abandon(each, 'the application sent no ACK');
    }
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
    else if (dialog.ackDue !== undefined) this.abandon(dialog, APPLICATION_GONE, 503);
    // RFC 3261 §15: the callee sends no BYE before the ACK. When that never comes, the dialog has had its BYE by then.
    else if (dialog.accepted !== undefined) dialog.accepted.whenSettled(() => this.endOrphan(dialog));
    else this.endOrphan(dialog);
  }

  private endOrphan(dialog: Dialog): void {
    if (dialog.phase !== 'ended') this.serverBye.end(dialog, APPLICATION_GONE, { cause: 503 });
  }

  /** ACK and BYE for a call nobody here wants any more. */
  private abandon(dialog: Dialog, text: string, cause = 200): void {
    const invite = dialog.ackDue;
    dialog.ackDue = undefined;
    if (invite === undefined) return;
    void inDialogFlow(this.stack, dialog).then((flow) => {
      this.acks.send(dialog, invite, flow);
      this.serverBye.end(dialog, text, { cause });
    });
  }

  /** A second party answered a forked INVITE: it is thanked and released (RFC 3261 §13.2.2.4). */
  private endSecondFork(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    if (isOneTooMany(outgoing, response)) return;
    const invite = outgoing.transaction.request;
    const fork = dialogOfClient(invite, response, flow);
    const known = [...outgoing.branches].find((branch) => branch.remoteTag === fork.remoteTag);
    if (known?.sentAck !== undefined) {
      this.acks.repeat(known, response);
      return;
    }
    outgoing.branches.add(fork);
    if (known !== undefined) outgoing.branches.delete(known);
    fork.ackDue = invite;
    this.abandon(fork, 'another party answered first');
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

function isOneTooMany({ branches }: OutgoingRequest, response: SipResponse): boolean {
  const { toTag } = identityOf(response);
  return branches.size >= MAX_BRANCHES && ![...branches].some((branch) => branch.remoteTag === toTag);
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
