import type { Dialog } from '../dialog/dialog.ts';
import { hasOptionTag } from '../dialog/option-tags.ts';
import { responseTo } from '../message/response-to.ts';
import { identityOf } from '../message/sip-message.ts';
import type { SipMessage, SipResponse } from '../message/sip-message.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { OpenRequests } from './open-requests.ts';
import { refusal } from './request-policy.ts';
import type { Stack } from './stack.ts';

/** What a RAck names: the RSeq and the INVITE it came with (RFC 3262 §7.2). */
export interface RAck {
  readonly rseq: number;
  readonly inviteSeq: number;
}

/** Reads a PRACK's RAck; undefined when it names no reliable response to an INVITE. */
export function readRAck(prack: SipMessage): RAck | undefined {
  const match = /^\s*(\d{1,10})\s+(\d{1,10})\s+INVITE\s*$/.exec(prack.headers.get('RAck') ?? '');
  return match === null ? undefined : { rseq: Number(match[1]), inviteSeq: Number(match[2]) };
}

/** Takes the PRACKs of our reliable provisional responses (RFC 3262 §3). */
export class IncomingPracks {
  private readonly stack: Stack;
  private readonly open: OpenRequests;

  constructor(stack: Stack, open: OpenRequests) {
    this.stack = stack;
    this.open = open;
  }

  /** One that matches nothing is refused with 481. The application gets those it asked for and answers them itself. */
  receive(transaction: ServerTransaction, dialog: Dialog): void {
    const { request, flow } = transaction;
    const rack = readRAck(request);
    const reliable = dialog.reliable;
    const provisional =
      rack !== undefined && rack.inviteSeq === reliable?.inviteSeq ? reliable.acknowledge(rack.rseq) : undefined;
    if (provisional === undefined) {
      this.open.reject(transaction, refusal(481));
      return;
    }
    const client = this.stack.clientOf.get(dialog);
    if (client !== undefined && provisional.isAppAware) {
      const incoming = this.open.remember(transaction, client, dialog);
      client.deliver({ source: 'network', message: request, flow, txnId: incoming.txnId, dialogId: dialog.id });
    } else transaction.respond(responseTo(request, 200));
    reliable?.proceed();
  }
}

/**
 * Whether a provisional response goes to the application: reliable ones in the order of their RSeq and once each (RFC 3262 §4).
 * The application sends their PRACKs, as drachtio-srf does by itself.
 */
export function isNewProvisional(dialog: Dialog | undefined, response: SipResponse): boolean {
  const rseq = reliableSeqOf(response);
  if (rseq === undefined || dialog === undefined) return true;
  if (dialog.peerRSeq !== undefined && rseq !== dialog.peerRSeq + 1) return false;
  dialog.peerRSeq = rseq;
  return true;
}

function reliableSeqOf(response: SipResponse): number | undefined {
  const digits = /^\s*(\d{1,10})\s*$/.exec(response.headers.get('RSeq') ?? '')?.[1];
  const isReliable = digits !== undefined && hasOptionTag(response.headers, 'Require', '100rel');
  return isReliable && identityOf(response).cseq.method === 'INVITE' ? Number(digits) : undefined;
}
