import { Buffer } from 'node:buffer';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { StopReason } from './call-records.ts';
import { viaFor } from './local-address.ts';
import { inDialogFlow } from './next-hop.ts';
import type { Stack } from './stack.ts';

const nothing = (): void => undefined;

/** Ends dialogs on the server's own account and tells the application. */
export class ServerBye {
  private readonly stack: Stack;

  constructor(stack: Stack) {
    this.stack = stack;
  }

  /** Sends a BYE and gives the application the same BYE as `unsolicited`. `text` becomes the Reason (RFC 3326) with the SIP cause. */
  end(dialog: Dialog, text: string, why: { readonly cause?: number; readonly record?: StopReason } = {}): void {
    this.stack.dialogs.end(dialog);
    void inDialogFlow(this.stack, dialog).then((flow) => {
      const request = byeFor(dialog, viaFor(flow), `SIP;cause=${why.cause ?? 200};text="${text}"`);
      this.stack.transactions.openClient(request, flow, { onResponse: nothing, onFailure: nothing }).start();
      this.stack.records.stop('application', why.record ?? 'system-initiated-termination', request);
      this.tell(dialog, request);
    });
  }

  /** Tells the application that a dialog is over which the network knows to be over. */
  announce(dialog: Dialog, text: string, cause: number): void {
    this.tell(dialog, byeFor(dialog, viaFor(dialog.flow), `SIP;cause=${cause};text="${text}"`));
  }

  private tell(dialog: Dialog, request: SipRequest): void {
    const client = this.stack.clientOf.get(dialog);
    client?.deliver({
      source: 'application',
      message: request,
      flow: dialog.flow,
      txnId: 'unsolicited',
      dialogId: dialog.id,
    });
  }
}

function byeFor(dialog: Dialog, via: string, reason: string): SipRequest {
  dialog.localSeq += 1;
  const { uri, headers } = dialog.requestHead('BYE', dialog.localSeq, via);
  headers.set('Reason', reason);
  return { kind: 'request', method: 'BYE', uri, headers, body: Buffer.alloc(0) };
}
