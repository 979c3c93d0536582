import type { Dialog } from '../dialog/dialog.ts';
import { addOptionTag } from '../dialog/option-tags.ts';
import { parseCSeq } from '../message/cseq.ts';
import { HeaderList } from '../message/header-list.ts';
import { parseNameAddr, tagOf, withTag } from '../message/name-addr.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { parseUri } from '../message/uri.ts';
import type { Flow } from '../transport/flow.ts';
import { appendHeaders, appHeaders, completeBody } from './app-headers.ts';
import { refuse } from './application.ts';
import type { AppClient, CommandReply } from './application.ts';
import { newSeq, newTag, newUuid } from './identifiers.ts';
import type { InviteAnswers } from './invite-answers.ts';
import { contactFor, viaFor } from './local-address.ts';
import { inDialogFlow, outOfDialogHop } from './next-hop.ts';
import { readRAck } from './pracks.ts';
import type { SentRequests } from './sent-requests.ts';
import type { SessionKeeper } from './session-keeper.ts';
import type { Stack } from './stack.ts';

const NO_DIALOG = 'Server error: unable to find dialog for dialog id provided';
/** RFC 3261 table 2, RFC 3311 table 1, RFC 3515 table 1, RFC 6665 §8.2.3. */
const CONTACT_METHODS = ['INVITE', 'REFER', 'UPDATE', 'NOTIFY'];
const DIALOG_METHODS = ['ACK', 'BYE', 'UPDATE', 'PRACK', 'CANCEL'];

/** A request the application wants sent. */
export interface WantedRequest {
  readonly message: SipRequest;
  readonly txnId: string;
  readonly dialogId: string;
  readonly route: string;
}

/** Sends the application's requests to the network (RFC 3261 §8.1, §9.1, §12.2.1, §13.2, §15.1.1). */
export class AppRequests {
  private readonly stack: Stack;
  private readonly sent: SentRequests;
  private readonly answers: InviteAnswers;
  private readonly sessions: SessionKeeper;

  constructor(
    stack: Stack,
    parts: { readonly sent: SentRequests; readonly answers: InviteAnswers; readonly sessions: SessionKeeper },
  ) {
    this.stack = stack;
    this.sent = parts.sent;
    this.answers = parts.answers;
    this.sessions = parts.sessions;
  }

  async request(client: AppClient, wanted: WantedRequest): Promise<CommandReply> {
    const { method } = wanted.message;
    if (method === 'SUBSCRIBE') return refuse('SUBSCRIBE is not supported');
    if (wanted.dialogId !== '') {
      const dialog = this.stack.dialogs.findById(wanted.dialogId);
      if (dialog === undefined || this.stack.clientOf.get(dialog) !== client) return refuse(NO_DIALOG);
      return this.inDialog(client, dialog, wanted.message);
    }
    if (wanted.txnId !== '') return this.cancel(client, wanted);
    const ofCall = this.dialogOfCall(client, wanted.message);
    return ofCall === undefined ? this.outOfDialog(client, wanted) : this.inDialog(client, ofCall, wanted.message);
  }

  /** A request that carries the Call-ID and both tags of a live dialog means that dialog. */
  private dialogOfCall(client: AppClient, { headers }: SipRequest): Dialog | undefined {
    const [localTag, remoteTag] = [tagOf(headers.get('From')), tagOf(headers.get('To'))];
    if (localTag === undefined || remoteTag === undefined) return undefined;
    const dialog = this.stack.dialogs.findByTags(headers.get('Call-ID') ?? '', localTag, remoteTag);
    return dialog !== undefined && this.stack.clientOf.get(dialog) === client ? dialog : undefined;
  }

  private cancel(client: AppClient, wanted: WantedRequest): CommandReply {
    const open = this.stack.outgoing.get(wanted.txnId);
    const isCancel = wanted.message.method === 'CANCEL';
    if (!isCancel) return refuse(`a transaction id goes only with CANCEL, not with ${wanted.message.method}`);
    if (open?.client !== client || open.transaction.request.method !== 'INVITE') {
      return refuse(`unable to cancel unknown transaction id: ${wanted.txnId}`);
    }
    const request = this.answers.cancel(open, appHeaders(wanted.message, open.transaction.flow, 'transaction'));
    return { ok: true, sent: request, flow: open.transaction.flow, txnId: newUuid(), dialogId: '' };
  }

  private async outOfDialog(client: AppClient, { message, route }: WantedRequest): Promise<CommandReply> {
    const { method } = message;
    if (DIALOG_METHODS.includes(method)) return refuse(NO_DIALOG);
    if (parseUri(message.uri) === undefined) return refuse('invalid request-uri: it cannot be parsed as a sip uri');
    const hop = await outOfDialogHop(this.stack, message.uri, route);
    if ('refusal' in hop) return refuse(hop.refusal);
    const own = appHeaders(message, hop.flow, 'nothing');
    const problem = completeBody(own, message) ?? addressProblem(own);
    if (problem !== undefined) return refuse(problem);
    if (own.has('Session-Expires')) addOptionTag(own, 'Supported', 'timer');
    const headers = outOfDialogHeaders(message, own, hop.flow);
    const request: SipRequest = { kind: 'request', method, uri: message.uri, headers, body: message.body };
    return this.sent.send({ client, ...(await this.stack.transports.fit({ request, flow: hop.flow })), dialog: undefined });
  }

  private async inDialog(client: AppClient, dialog: Dialog, message: SipRequest): Promise<CommandReply> {
    const { method } = message;
    if (method === 'CANCEL') return refuse('CANCEL needs the transaction id of its INVITE, not a dialog id');
    if (method === 'ACK') return this.answers.acknowledge(dialog, message);
    if (method === 'PRACK') return this.prack(client, dialog, message);
    if (method === 'INVITE') await this.sessions.whenIdle(dialog);
    const conflict = conflictIn(dialog, method);
    if (conflict !== undefined) return refuse(conflict);
    if (method === 'INVITE') dialog.openInvite = 'ours';
    if (method === 'BYE') {
      dialog.isEnding = true;
      this.answers.cancelInside(dialog);
    }
    const reply = await this.sendInside(client, dialog, message);
    if (!reply.ok && method === 'INVITE') dialog.openInvite = undefined;
    if (!reply.ok && method === 'BYE') dialog.isEnding = false;
    return reply;
  }

  /** The branches of a forked INVITE share one dialog id: the RSeq tells which of them is meant. */
  private prack(client: AppClient, dialog: Dialog, message: SipRequest): Promise<CommandReply> | CommandReply {
    const rack = readRAck(message);
    if (rack === undefined) return refuse('PRACK needs the RAck of a reliable provisional response');
    const branches = [...this.stack.outgoing.values()].flatMap((sent) => [...sent.branches]);
    const meant = [dialog, ...branches].find((branch) => branch.id === dialog.id && branch.peerRSeq === rack.rseq);
    if (meant === undefined) return refuse('PRACK not sent: no provisional response is waiting for it');
    return this.sendInside(client, meant, message);
  }

  private async sendInside(client: AppClient, dialog: Dialog, message: SipRequest): Promise<CommandReply> {
    const { method } = message;
    const flow = await inDialogFlow(this.stack, dialog);
    const own = appHeaders(message, flow, 'transaction');
    const problem = completeBody(own, message) ?? addressProblem(own);
    if (problem !== undefined) return refuse(problem);
    if (method === 'INVITE' || method === 'UPDATE') this.sessions.announce(dialog, own);
    // A digest retry names its CSeq; the dialog's own count is what the peer goes by.
    dialog.localSeq += 1;
    const { uri, headers } = dialog.requestHead(method, dialog.localSeq, viaFor(flow));
    if (CONTACT_METHODS.includes(method) && !own.has('Contact')) headers.add('Contact', dialog.localContact);
    appendHeaders(headers, own);
    const request: SipRequest = { kind: 'request', method, uri, headers, body: message.body };
    dialog.noteSent(request);
    return this.sent.send({ client, ...(await this.stack.transports.fit({ request, flow })), dialog });
  }
}

/** Why a request cannot be sent in this state of its dialog. */
function conflictIn(dialog: Dialog, method: string): string | undefined {
  if (dialog.phase === 'ended') return NO_DIALOG;
  if (method === 'INVITE' && (dialog.openInvite !== undefined || dialog.phase !== 'confirmed'))
    return 'another INVITE is in progress in this dialog';
  // RFC 3261 §15: the callee has nothing to end before it has answered.
  return method === 'BYE' && dialog.role === 'uas' && dialog.phase === 'early'
    ? 'BYE is not allowed before the INVITE is answered'
    : undefined;
}

/** RFC 3261 §8.1.1, with what the application chose in place of the defaults. */
function outOfDialogHeaders(message: SipRequest, own: HeaderList, flow: Flow): HeaderList {
  const { method, uri } = message;
  const from = own.get('From') ?? contactFor(flow);
  const seq = /^\d+/.exec(own.get('CSeq')?.trim() ?? '')?.[0];
  const headers = new HeaderList()
    .add('Via', viaFor(flow))
    .add('Max-Forwards', own.get('Max-Forwards') ?? '70')
    .add('From', tagOf(from) === undefined ? withTag(from, newTag()) : from)
    .add('To', own.get('To') ?? `<${uri}>`)
    .add('Call-ID', own.get('Call-ID') ?? newUuid())
    .add('CSeq', `${parseCSeq(`${seq ?? ''} ${method}`)?.number ?? newSeq()} ${method}`);
  if (CONTACT_METHODS.includes(method) && !own.has('Contact')) headers.add('Contact', contactFor(flow, uri));
  for (const name of ['Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq']) own.remove(name);
  appendHeaders(headers, own);
  return headers;
}

/** The peer would have to refuse these; the application hears of it at once. */
function addressProblem(headers: HeaderList): string | undefined {
  for (const name of ['From', 'To', 'Contact']) {
    const value = headers.get(name);
    if (value !== undefined && value !== '*' && parseNameAddr(value) === undefined) return `invalid ${name}`;
  }
  return undefined;
}
