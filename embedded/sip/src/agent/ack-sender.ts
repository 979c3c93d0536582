import { Buffer } from 'node:buffer';
import type { Dialog } from '../dialog/dialog.ts';
import { HeaderList } from '../message/header-list.ts';
import { identityOf, serialize } from '../message/sip-message.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import { appendHeaders } from './app-headers.ts';
import { viaFor } from './local-address.ts';

const nothing = (): void => undefined;

/** Sends the ACKs of 2xx, and again for every repeated 2xx (RFC 3261 §13.2.2.4). */
export class AckSender {
  /** Sends the ACK of a 2xx to `invite`, with what the application adds. */
  send(
    dialog: Dialog,
    invite: SipRequest,
    flow: Flow,
    own?: { readonly headers: HeaderList; readonly body: Buffer },
  ): SipRequest {
    const seq = identityOf(invite).cseq.number;
    const { uri, headers } = dialog.requestHead('ACK', seq, viaFor(flow));
    for (const name of ['Authorization', 'Proxy-Authorization']) {
      for (const value of own?.headers.has(name) ? [] : invite.headers.getAll(name)) headers.add(name, value);
    }
    appendHeaders(headers, own?.headers ?? new HeaderList());
    const request: SipRequest = { kind: 'request', method: 'ACK', uri, headers, body: own?.body ?? Buffer.alloc(0) };
    const bytes = serialize(request);
    dialog.sentAck = { seq, bytes, flow };
    dialog.noteSent(request);
    flow.send(bytes, nothing);
    return request;
  }

  /** Answers a repeated 2xx with the ACK it missed; false when that ACK was never sent. */
  repeat(dialog: Dialog, response: SipResponse): boolean {
    const { sentAck } = dialog;
    if (sentAck === undefined || sentAck.seq !== identityOf(response).cseq.number) return false;
    sentAck.flow.send(sentAck.bytes, nothing);
    return true;
  }

  /** The 2xx to `invite` will not be repeated any more. */
  forget(dialog: Dialog, invite: SipRequest): void {
    if (dialog.sentAck?.seq === identityOf(invite).cseq.number) dialog.sentAck = undefined;
  }
}
