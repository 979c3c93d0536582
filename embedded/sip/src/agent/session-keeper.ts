import { Buffer } from 'node:buffer';
import type { Dialog } from '../dialog/dialog.ts';
import { addOptionTag } from '../dialog/option-tags.ts';
import { agreeAsClient, minSessionOf } from '../dialog/session-interval.ts';
import type { AgreedSession } from '../dialog/session-interval.ts';
import type { HeaderList } from '../message/header-list.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import type { AckSender } from './ack-sender.ts';
import { viaFor } from './local-address.ts';
import { inDialogFlow } from './next-hop.ts';
import type { ServerBye } from './server-bye.ts';
import type { Stack } from './stack.ts';

const EXPIRED = 'Session timer expired';
/** RFC 4028 §10: the side that waits gives up a little early, by a third of the interval or this much. */
const MAX_EARLINESS_S = 32;
/** RFC 3261 §14.1: the owner of the Call-ID waits longer after a 491. */
const GLARE_WAIT_MS = { uac: 3_000, uas: 1_000 } as const;

/** Keeps the session timers: refreshes where that is ours to do, hangs up where the peer did not (RFC 4028 §10). */
export class SessionKeeper {
  private readonly stack: Stack;
  private readonly acks: AckSender;
  private readonly serverBye: ServerBye;
  private readonly waiting = new WeakMap<Dialog, (() => void)[]>();

  constructor(stack: Stack, acks: AckSender, serverBye: ServerBye) {
    this.stack = stack;
    this.acks = acks;
    this.serverBye = serverBye;
  }

  /** Takes over what the latest 2xx settled; without an agreement the session has no end. */
  settle(dialog: Dialog, agreed: AgreedSession | undefined): void {
    const minSeconds = dialog.session?.minSeconds ?? this.stack.policy.minSessionS;
    dialog.session?.stop();
    dialog.session = undefined;
    if (agreed === undefined || dialog.phase !== 'confirmed') return;
    const { weRefresh } = agreed;
    // RFC 4028 §4: whoever settles on less would keep us busy with refreshes.
    const seconds = Math.max(agreed.seconds, this.stack.policy.minSessionS);
    const earlinessS = Math.min(MAX_EARLINESS_S, seconds / 3);
    const stop = weRefresh
      ? this.stack.clock.startTimer(seconds * 500, () => this.refresh(dialog))
      : this.stack.clock.startTimer((seconds - earlinessS) * 1_000, () => this.expire(dialog));
    dialog.session = { seconds, weRefresh, minSeconds, stop };
  }

  /** Lets a re-INVITE or UPDATE of the application refresh the session as well (RFC 4028 §7.4). */
  announce(dialog: Dialog, own: HeaderList): void {
    const { session } = dialog;
    if (session === undefined || own.has('Session-Expires')) return;
    own.set('Session-Expires', `${session.seconds};refresher=${session.weRefresh ? 'uac' : 'uas'}`);
    own.set('Min-SE', String(session.minSeconds));
    addOptionTag(own, 'Supported', 'timer');
  }

  /** Resolves when no refresh of ours is under way, so that an INVITE of the application does not run into it. */
  whenIdle(dialog: Dialog): Promise<void> {
    const waiting = this.waiting.get(dialog);
    return waiting === undefined ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
  }

  private expire(dialog: Dialog): void {
    if (dialog.phase === 'ended' || dialog.isEnding) return;
    this.serverBye.end(dialog, EXPIRED, { record: 'session-expired' });
  }

  /** A re-INVITE with the same session description, as drachtio-server sends it; the application does not notice. */
  private refresh(dialog: Dialog): void {
    if (dialog.phase === 'ended' || dialog.isEnding || dialog.session === undefined) return;
    if (dialog.openInvite !== undefined || dialog.accepted !== undefined || dialog.ackDue !== undefined) {
      this.refreshLater(dialog);
      return;
    }
    dialog.openInvite = 'ours';
    this.waiting.set(dialog, []);
    void inDialogFlow(this.stack, dialog).then((flow) => this.sendRefresh(dialog, flow));
  }

  private refreshLater(dialog: Dialog): void {
    const { session } = dialog;
    if (session === undefined) return;
    const stop = this.stack.clock.startTimer(GLARE_WAIT_MS[dialog.role], () => this.refresh(dialog));
    dialog.session = { ...session, stop };
  }

  private sendRefresh(dialog: Dialog, flow: Flow): void {
    const request = dialog.phase === 'ended' ? undefined : refreshRequest(dialog, viaFor(flow));
    if (request === undefined) {
      this.resume(dialog);
      return;
    }
    this.stack.transactions
      .openClient(request, flow, {
        onResponse: (response, from) => this.onAnswer(dialog, request, response, from),
        onFailure: () => this.onAnswer(dialog, request, undefined, flow),
        onTerminated: () => this.acks.forget(dialog, request),
      })
      .start();
  }

  private onAnswer(dialog: Dialog, request: SipRequest, response: SipResponse | undefined, flow: Flow): void {
    const status = response?.status ?? 408;
    if (status < 200) return;
    if (response !== undefined && status < 300 && this.acks.repeat(dialog, response)) return;
    dialog.openInvite = undefined;
    this.resume(dialog);
    if (response !== undefined && status < 300) {
      if (request.method === 'INVITE') this.acks.send(dialog, request, flow);
      if (dialog.phase === 'ended') return;
      dialog.refreshTarget(response, flow);
      this.settle(dialog, agreeAsClient(response));
    } else if (status === 491) this.refreshLater(dialog);
    else if (response !== undefined && status === 422 && this.raiseInterval(dialog, response)) this.refresh(dialog);
    else this.expire(dialog);
  }

  private resume(dialog: Dialog): void {
    for (const goOn of this.waiting.get(dialog) ?? []) goOn();
    this.waiting.delete(dialog);
  }

  /** RFC 4028 §7.3; false when the 422 asks for nothing longer than we offered. */
  private raiseInterval(dialog: Dialog, response: SipResponse): boolean {
    const minSeconds = minSessionOf(response);
    const { session } = dialog;
    if (minSeconds === undefined || session === undefined || minSeconds <= session.seconds) return false;
    dialog.session = { ...session, seconds: minSeconds, minSeconds };
    return true;
  }
}

function refreshRequest(dialog: Dialog, via: string): SipRequest | undefined {
  const { session, localSdp = '' } = dialog;
  if (session === undefined) return undefined;
  // A re-INVITE without a session description would ask the peer for an offer that nobody here can answer.
  const method = localSdp === '' ? 'UPDATE' : 'INVITE';
  dialog.localSeq += 1;
  const { uri, headers } = dialog.requestHead(method, dialog.localSeq, via);
  headers
    .add('Contact', dialog.localContact)
    .add('Supported', 'timer')
    .add('Session-Expires', `${session.seconds};refresher=uac`)
    .add('Min-SE', String(session.minSeconds));
  if (localSdp !== '') headers.add('Content-Type', 'application/sdp');
  return { kind: 'request', method, uri, headers, body: Buffer.from(localSdp) };
}
