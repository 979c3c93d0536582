import { Buffer } from 'node:buffer';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { viaFor } from './local-address.ts';
import { inDialogFlow } from './next-hop.ts';
import type { Stack } from './stack.ts';

/** Ends dialogs on the server's own account and tells the application. */
export class ServerBye {
  private readonly stack: Stack;

  constructor(stack: Stack) {
    this.stack = stack;
  }

  /** Sends a BYE and gives the application the same BYE as `unsolicited`. `text` becomes the Reason (RFC 3326) with this SIP cause. */
  end(dialog: Dialog, text: string, cause = 200): void {
    const client = this.stack.clientOf.get(dialog);
    this.stack.dialogs.end(dialog);
    void inDialogFlow(this.stack, dialog).then((flow) => {
      dialog.localSeq += 1;
      const { uri, headers } = dialog.requestHead('BYE', dialog.localSeq, viaFor(flow));
      headers.set('Reason', `SIP;cause=${cause};text="${text}"`);
      const request: SipRequest = { kind: 'request', method: 'BYE', uri, headers, body: Buffer.alloc(0) };
      const nothing = (): void => undefined;
      this.stack.transactions.openClient(request, flow, { onResponse: nothing, onFailure: nothing }).start();
      client?.deliver({ source: 'application', message: request, flow, txnId: 'unsolicited', dialogId: dialog.id });
    });
  }
}
