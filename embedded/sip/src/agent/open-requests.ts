import { Buffer } from 'node:buffer';
import type { Dialog } from '../dialog/dialog.ts';
import { HeaderList } from '../message/header-list.ts';
import { responseTo } from '../message/response-to.ts';
import { identityOf } from '../message/sip-message.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { AppClient } from './application.ts';
import { newTag, newUuid } from './identifiers.ts';
import type { Refusal } from './request-policy.ts';
import type { ServerBye } from './server-bye.ts';
import type { IncomingRequest, Stack } from './stack.ts';

/** An application that does not react to an INVITE at all is given up after this many T1 (64 s), to anything else after Timer F. */
const INVITE_PATIENCE_T1 = 128;
const OTHER_PATIENCE_T1 = 64;
const RINGING_INTERVAL_MS = 60_000;

/** The requests of the network the application has yet to answer, and how they end without it. */
export class OpenRequests {
  private readonly stack: Stack;
  private readonly serverBye: ServerBye;
  private readonly ofTransaction = new WeakMap<ServerTransaction, IncomingRequest>();

  constructor(stack: Stack, serverBye: ServerBye) {
    this.stack = stack;
    this.serverBye = serverBye;
  }

  find(transaction: ServerTransaction): IncomingRequest | undefined {
    return this.ofTransaction.get(transaction);
  }

  /** Opens one; `txnId` where it goes by the id of another request. */
  remember(
    transaction: ServerTransaction,
    client: AppClient,
    dialog: Dialog | undefined,
    txnId: string | undefined = undefined,
  ): IncomingRequest {
    const incoming: IncomingRequest = {
      txnId: txnId ?? newUuid(),
      transaction,
      client,
      dialog,
      isInDialog: dialog !== undefined,
      toTag: undefined,
      hasProvisional: false,
      isAnswered: false,
      openUpdate: undefined,
      stopPatience: () => undefined,
    };
    incoming.stopPatience = this.startPatience(incoming);
    if (txnId === undefined) this.stack.incoming.set(incoming.txnId, incoming);
    this.ofTransaction.set(transaction, incoming);
    return incoming;
  }

  private startPatience(incoming: IncomingRequest): () => void {
    const { timers, clock, policy } = this.stack;
    const { transaction } = incoming;
    if (transaction.method !== 'INVITE') {
      return clock.startTimer(OTHER_PATIENCE_T1 * timers.t1Ms, () => {
        // RFC 4320 §4.2: a late error to a non-INVITE only does harm; its sender has given up.
        this.close(incoming);
        transaction.drop();
      });
    }
    const stops = [
      clock.startTimer(INVITE_PATIENCE_T1 * timers.t1Ms, () => {
        if (!incoming.hasProvisional) this.giveUp(incoming, 408, 'the application does not answer');
      }),
      this.keepRinging(transaction),
    ];
    if (policy.ringLimitMs > 0) {
      stops.push(clock.startTimer(policy.ringLimitMs, () => this.giveUp(incoming, 408, 'nobody answered')));
    }
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** RFC 3261 §13.3.1.1: proxies give a call up on which they hear nothing for three minutes. */
  private keepRinging(transaction: ServerTransaction): () => void {
    let stop = (): void => undefined;
    const schedule = (): void => {
      stop = this.stack.clock.startTimer(RINGING_INTERVAL_MS, () => {
        transaction.repeatProvisional();
        schedule();
      });
    };
    schedule();
    return () => stop();
  }

  /** The application will not be asked about it any more. */
  close(incoming: IncomingRequest): void {
    incoming.stopPatience();
    this.ofTransaction.delete(incoming.transaction);
    if (this.stack.incoming.get(incoming.txnId) === incoming) this.stack.incoming.delete(incoming.txnId);
    const invite = this.stack.incoming.get(incoming.txnId);
    if (invite?.openUpdate === incoming) invite.openUpdate = undefined;
  }

  /** Ends a request with a failure of our own. */
  finish(incoming: IncomingRequest, status: number): void {
    const { transaction } = incoming;
    this.close(incoming);
    if (incoming.openUpdate !== undefined) this.finish(incoming.openUpdate, 487);
    const response = responseTo(transaction.request, status, undefined, incoming.toTag ?? newTag());
    transaction.respond(response);
    this.release(incoming);
    if (transaction.method === 'INVITE' && !incoming.isInDialog) {
      if (status === 487) this.stack.records.stop('network', 'call-canceled', response);
      else this.stack.records.stop('application', 'call-rejected', response);
    }
  }

  /** Ends an INVITE nobody will answer, and tells the application as if the caller had given up. */
  giveUp(incoming: IncomingRequest, status: number, text: string): void {
    const { transaction, dialog } = incoming;
    if (!transaction.isPending()) return;
    const reason = `SIP;cause=${status};text="${text}"`;
    if (incoming.isAnswered && dialog !== undefined && !incoming.isInDialog) this.serverBye.announce(dialog, text, status);
    else this.tellCancelled(incoming, cancelOf(transaction.request, reason));
    this.finish(incoming, status);
  }

  tellCancelled(incoming: IncomingRequest, cancel: SipRequest): void {
    const { client, transaction, txnId, dialog } = incoming;
    client.deliver({ source: 'network', message: cancel, flow: transaction.flow, txnId, dialogId: dialog?.id ?? '' });
  }

  /** A transaction ended; if that was before its final answer (its connection broke), nobody can answer it any more. */
  forget(transaction: ServerTransaction): void {
    const incoming = this.ofTransaction.get(transaction);
    if (incoming === undefined || this.stack.incoming.get(incoming.txnId) !== incoming) return;
    this.close(incoming);
    this.release(incoming);
  }

  /** Answers without ever asking the application. */
  reject(transaction: ServerTransaction, { status, headers }: Refusal): void {
    const response = responseTo(transaction.request, status, undefined, newTag());
    for (const [name, value] of headers) response.headers.add(name, value);
    transaction.respond(response);
  }

  /** What an unsuccessful INVITE leaves behind in its dialog. */
  private release({ dialog, transaction, isInDialog }: IncomingRequest): void {
    if (dialog === undefined || transaction.method !== 'INVITE') return;
    dialog.reliable?.finish();
    if (!isInDialog) this.stack.dialogs.end(dialog);
    else if (dialog.openInvite === 'theirs') dialog.openInvite = undefined;
  }
}

/** The CANCEL a caller would have sent for its INVITE. */
function cancelOf(invite: SipRequest, reason: string): SipRequest {
  const headers = new HeaderList();
  for (const name of ['Via', 'From', 'To', 'Call-ID']) headers.add(name, invite.headers.get(name) ?? '');
  headers.add('CSeq', `${identityOf(invite).cseq.number} CANCEL`).add('Reason', reason);
  return { kind: 'request', method: 'CANCEL', uri: invite.uri, headers, body: Buffer.alloc(0) };
}
