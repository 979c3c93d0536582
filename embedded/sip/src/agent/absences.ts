import { Buffer } from 'node:buffer';
import type { Dialog } from '../dialog/dialog.ts';
import { HeaderList } from '../message/header-list.ts';
import { responseTo } from '../message/response-to.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { AppClient, CommandReply } from './application.ts';
import { newUuid } from './identifiers.ts';
import type { InviteAnswers } from './invite-answers.ts';
import { viaFor } from './local-address.ts';
import type { OpenRequests } from './open-requests.ts';
import type { ServerBye } from './server-bye.ts';
import type { Stack } from './stack.ts';

/** How long a returning application may take to say whether it knows a dialog. */
const PROBE_LIMIT_MS = 2_000;

/** What the standing dialogs of an application wait for. */
interface Absence {
  readonly client: AppClient;
  readonly routes: ReadonlySet<string>;
  readonly dialogs: Set<Dialog>;
  /** Dialogs the peer has ended meanwhile. */
  readonly ended: Dialog[];
  readonly stopGrace: () => void;
}

interface Probe {
  readonly client: AppClient;
  readonly dialog: Dialog;
  readonly question: SipRequest;
  readonly settle: (status: number) => void;
}

/**
 * The standing dialogs of applications that disappeared (docs/adr/0007). For a while they wait for an application that asks for the
 * same routes. It gets those it still knows: each is asked for by an INFO without a body inside the dialog, which RFC 2976 §2.2 has
 * answered 200 where the call is known and 481 where it is not. A new process in the place of a crashed one knows none of them.
 */
export class Absences {
  private readonly stack: Stack;
  private readonly parts: { readonly answers: InviteAnswers; readonly open: OpenRequests; readonly serverBye: ServerBye };
  private readonly absences = new Set<Absence>();
  private readonly probes = new Map<string, Probe>();

  constructor(stack: Stack, parts: Absences['parts']) {
    this.stack = stack;
    this.parts = parts;
  }

  /** Lets dialogs wait; those that cannot (no grace, an INVITE of the application under way) are ended at once. */
  begin(client: AppClient, routes: readonly string[], dialogs: readonly Dialog[]): void {
    const { applicationGraceMs } = this.stack.policy;
    const canWait = (dialog: Dialog): boolean =>
      applicationGraceMs > 0 && dialog.phase === 'confirmed' && dialog.ackDue === undefined && dialog.openInvite !== 'ours';
    const waiting = dialogs.filter((dialog) => canWait(dialog) && !dialog.isEnding);
    for (const dialog of dialogs) if (!waiting.includes(dialog)) this.parts.answers.orphan(dialog);
    if (waiting.length === 0) return;
    const absence: Absence = {
      client,
      routes: new Set(routes),
      dialogs: new Set(waiting),
      ended: [],
      stopGrace: this.stack.clock.startTimer(applicationGraceMs, () => this.giveUp(absence)),
    };
    this.absences.add(absence);
  }

  /** An application asked for these routes: whoever had asked for the same and is gone has come back. */
  end(client: AppClient, routes: readonly string[]): void {
    for (const absence of [...this.absences]) {
      if (![...absence.routes].every((route) => routes.includes(route))) continue;
      absence.stopGrace();
      this.absences.delete(absence);
      for (const dialog of absence.ended) {
        this.stack.clientOf.set(dialog, client);
        this.parts.serverBye.announce(dialog, 'the peer hung up', 200);
      }
      for (const dialog of absence.dialogs) this.ask(client, dialog);
    }
  }

  /** Whether the dialog waits; a BYE of its peer is answered without an application then. */
  isWaiting(dialog: Dialog): boolean {
    return this.absenceOf(dialog) !== undefined;
  }

  /** The peer hung up; the application hears of it if it comes back. */
  noteEnded(dialog: Dialog): void {
    const absence = this.absenceOf(dialog);
    if (absence?.dialogs.delete(dialog) === true) absence.ended.push(dialog);
  }

  /** Takes the answer to a question of ours; undefined when the answer is to something else. */
  takeAnswer(client: AppClient, txnId: string, answer: SipResponse): CommandReply | undefined {
    const probe = this.probes.get(txnId);
    if (probe?.client !== client) return undefined;
    const { dialog, question, settle } = probe;
    const sent = responseTo(question, answer.status, answer.reason);
    if (answer.status >= 200) settle(answer.status);
    return { ok: true, sent, flow: dialog.flow, txnId, dialogId: dialog.id };
  }

  /** Nobody will come back: what waits is ended. */
  close(): void {
    for (const absence of [...this.absences]) {
      absence.stopGrace();
      this.giveUp(absence);
    }
    for (const probe of [...this.probes.values()]) probe.settle(408);
  }

  private absenceOf(dialog: Dialog): Absence | undefined {
    return [...this.absences].find(({ dialogs }) => dialogs.has(dialog));
  }

  private giveUp(absence: Absence): void {
    this.absences.delete(absence);
    for (const dialog of absence.dialogs) this.orphan(dialog);
  }

  private orphan(dialog: Dialog): void {
    for (const open of [...this.stack.incoming.values()]) {
      if (open.dialog === dialog) this.parts.open.finish(open, 481);
    }
    if (dialog.phase !== 'ended') this.parts.answers.orphan(dialog);
  }

  private ask(client: AppClient, dialog: Dialog): void {
    const txnId = newUuid();
    const settle = (status: number): void => {
      stopLimit();
      this.probes.delete(txnId);
      if (isKnown(status)) this.handOver(client, dialog);
      else this.orphan(dialog);
    };
    const stopLimit = this.stack.clock.startTimer(PROBE_LIMIT_MS, () => settle(408));
    const question = questionIn(dialog);
    this.probes.set(txnId, { client, dialog, question, settle });
    client.deliver({ source: 'network', message: question, flow: dialog.flow, txnId, dialogId: dialog.id });
  }

  /** From now on the dialog is the application's, with what the peer has asked for meanwhile. */
  private handOver(client: AppClient, dialog: Dialog): void {
    this.stack.clientOf.set(dialog, client);
    for (const open of this.stack.incoming.values()) {
      if (open.dialog !== dialog) continue;
      open.client = client;
      const { request, flow } = open.transaction;
      client.deliver({ source: 'network', message: request, flow, txnId: open.txnId, dialogId: dialog.id });
    }
  }
}

/** Whatever an application answers inside a dialog it knows, it is none of these. */
function isKnown(status: number): boolean {
  return ![404, 405, 408, 481, 501].includes(status);
}

function questionIn(dialog: Dialog): SipRequest {
  const headers = new HeaderList()
    .add('Via', viaFor(dialog.flow))
    .add('Max-Forwards', '0')
    .add('From', dialog.remoteParty)
    .add('To', dialog.localParty)
    .add('Call-ID', dialog.callId)
    .add('CSeq', `${Math.max(dialog.remoteSeq, 0)} INFO`);
  return { kind: 'request', method: 'INFO', uri: `sip:${dialog.flow.local.host}`, headers, body: Buffer.alloc(0) };
}
