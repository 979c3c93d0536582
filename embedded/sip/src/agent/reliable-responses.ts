import { randomInt } from 'node:crypto';
import type { Dialog } from '../dialog/dialog.ts';
import { addOptionTag, isSupported, hasOptionTag, removeOptionTag } from '../dialog/option-tags.ts';
import { ReliableProvisionals } from '../dialog/reliable-provisionals.ts';
import type { HeaderList } from '../message/header-list.ts';
import { identityOf, serialize } from '../message/sip-message.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { IncomingRequest, Stack } from './stack.ts';

/** Makes a provisional response reliable where either side wants that (RFC 3262 §3); a text says why it cannot be sent. */
export function prepareProvisional(request: SipRequest, status: number, headers: HeaderList): string | undefined {
  const isProvisional = request.method === 'INVITE' && status > 100 && status < 200;
  if (!isProvisional) {
    removeOptionTag(headers, 'Require', '100rel');
    return undefined;
  }
  const isWanted = hasOptionTag(headers, 'Require', '100rel');
  if (isWanted && !isSupported(request.headers, '100rel')) return 'Remote endpoint does not support 100rel';
  if (hasOptionTag(request.headers, 'Require', '100rel')) addOptionTag(headers, 'Require', '100rel');
  return undefined;
}

/** Whether a response prepared so is to be sent reliably. */
export function isReliable(response: SipResponse): boolean {
  return response.status > 100 && hasOptionTag(response.headers, 'Require', '100rel');
}

/** Gives a response its RSeq and sends it until its PRACK comes, after those before it. */
export function sendProvisional(
  { timers, clock }: Stack,
  what: {
    readonly incoming: IncomingRequest;
    readonly dialog: Dialog;
    readonly response: SipResponse;
    readonly isAppAware: boolean;
    readonly onTimeout: () => void;
  },
): void {
  const { incoming, dialog, response, isAppAware, onTimeout } = what;
  const { transaction } = incoming;
  const inviteSeq = identityOf(transaction.request).cseq.number;
  if (dialog.reliable?.inviteSeq !== inviteSeq) {
    dialog.reliable?.finish();
    // RFC 3262 §3: the first RSeq lies between 1 and 2^31 - 1.
    dialog.reliable = new ReliableProvisionals({ timers, clock, firstRSeq: randomInt(1, 2 ** 31 - 1), inviteSeq, onTimeout });
  }
  const rseq = dialog.reliable.takeRSeq();
  response.headers.add('RSeq', String(rseq));
  const bytes = serialize(response);
  let isFirst = true;
  dialog.reliable.add({
    rseq,
    hasBody: response.body.length > 0,
    isAppAware,
    send: () => {
      if (!transaction.isPending()) return;
      if (isFirst) transaction.respond(response);
      else transaction.sendAgain(bytes);
      isFirst = false;
    },
  });
}
