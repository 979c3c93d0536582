import type { Buffer } from 'node:buffer';
import { HeaderList } from '../message/header-list.ts';
import { formatNameAddr, parseNameAddr, parseNameAddrs, withTag } from '../message/name-addr.ts';
import { identityOf } from '../message/sip-message.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/sip-message.ts';
import { parseUri } from '../message/uri.ts';
import type { Flow } from '../transport/flow.ts';
import type { AcceptedInvite } from './accepted-invite.ts';
import type { ReliableProvisionals } from './reliable-provisionals.ts';

/** What both sides of a dialog agree on at its beginning (RFC 3261 §12.1). */
export interface DialogStart {
  readonly role: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Values of From and To in our own requests, tags included. */
  readonly localParty: string;
  readonly remoteParty: string;
  readonly routeSet: readonly string[];
  readonly remoteTarget: string;
  readonly localContact: string;
  readonly localSeq: number;
  readonly remoteSeq: number;
  readonly flow: Flow;
}

/** The session timer of a dialog (RFC 4028). */
export interface SessionTimer {
  readonly seconds: number;
  readonly weRefresh: boolean;
  /** The largest Min-SE either side has named. */
  readonly minSeconds: number;
  readonly stop: () => void;
}

/** One dialog made by an INVITE. Its id is the one the control protocol uses. */
export class Dialog {
  readonly id: string;
  readonly role: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly localParty: string;
  readonly remoteParty: string;
  readonly localContact: string;
  routeSet: readonly string[];
  remoteTarget: string;
  localSeq: number;
  remoteSeq: number;
  /** Where its last INVITE or answer came from. */
  flow: Flow;
  phase: 'early' | 'confirmed' | 'ended' = 'early';
  /** Our 2xx that waits for its ACK. */
  accepted: AcceptedInvite | undefined;
  /** The peer's 2xx the application has yet to acknowledge: the INVITE it answers. */
  ackDue: SipRequest | undefined;
  /** The last ACK we sent, to repeat it when the 2xx is repeated (RFC 3261 §13.2.2.4). */
  sentAck: { readonly seq: number; readonly bytes: Buffer; readonly flow: Flow } | undefined;
  /** An INVITE under way inside the dialog, by either side (RFC 3261 §14). */
  openInvite: 'ours' | 'theirs' | undefined;
  /** Our provisional responses that wait for their PRACK (RFC 3262 §3). */
  reliable: ReliableProvisionals | undefined;
  /** The RSeq of the peer's last reliable provisional response (RFC 3262 §4). */
  peerRSeq: number | undefined;
  /** The session description we sent last: what a refresh repeats. */
  localSdp: string | undefined;
  session: SessionTimer | undefined;
  /** The application has sent a BYE, or one waits for the peer's ACK. */
  isEnding = false;
  /** The server ends the dialog as soon as its 2xx is acknowledged, because the INVITE had been cancelled. */
  isByeDue = false;

  constructor(start: DialogStart) {
    const fromTag = start.role === 'uac' ? start.localTag : start.remoteTag;
    this.id = `${start.callId};from-tag=${fromTag}`;
    this.role = start.role;
    this.callId = start.callId;
    this.localTag = start.localTag;
    this.remoteTag = start.remoteTag;
    this.localParty = start.localParty;
    this.remoteParty = start.remoteParty;
    this.localContact = start.localContact;
    this.routeSet = start.routeSet;
    this.remoteTarget = start.remoteTarget;
    this.localSeq = start.localSeq;
    this.remoteSeq = start.remoteSeq;
    this.flow = start.flow;
  }

  /** The Request-URI and the headers every request in this dialog carries (RFC 3261 §12.2.1.1). */
  requestHead(method: string, seq: number, via: string): { uri: string; headers: HeaderList } {
    const headers = new HeaderList().add('Via', via);
    const firstRoute = this.routeSet[0] === undefined ? undefined : parseNameAddr(this.routeSet[0])?.uri;
    const isStrictRouter = firstRoute !== undefined && parseUri(firstRoute)?.params.has('lr') !== true;
    const routes = isStrictRouter ? [...this.routeSet.slice(1), `<${this.remoteTarget}>`] : this.routeSet;
    for (const route of routes) headers.add('Route', route);
    headers.add('Max-Forwards', '70');
    headers.add('From', this.localParty);
    headers.add('To', this.remoteParty);
    headers.add('Call-ID', this.callId);
    headers.add('CSeq', `${seq} ${method}`);
    return { uri: isStrictRouter ? firstRoute : this.remoteTarget, headers };
  }

  /** Remembers the session description of a message we send. */
  noteSent(message: SipMessage): void {
    if (message.body.length > 0 && /^application\/sdp\b/i.test(message.headers.get('Content-Type')?.trim() ?? '')) {
      this.localSdp = message.body.toString('utf8');
    }
  }

  /** Takes the peer's new Contact (RFC 3261 §12.2). */
  refreshTarget(message: SipMessage, flow: Flow): void {
    this.remoteTarget = contactUri(message) ?? this.remoteTarget;
    this.flow = flow;
  }
}

/** The dialog an INVITE from the network makes, once we answer with a tag (RFC 3261 §12.1.1). */
export function dialogOfServer(
  invite: SipRequest,
  at: { localTag: string; localContact: string; localSeq: number; flow: Flow },
): Dialog {
  const identity = identityOf(invite);
  return new Dialog({
    role: 'uas',
    callId: identity.callId,
    localTag: at.localTag,
    remoteTag: identity.fromTag ?? '',
    localParty: withTag(invite.headers.get('To') ?? '', at.localTag),
    remoteParty: invite.headers.get('From') ?? '',
    routeSet: recordRoutes(invite),
    remoteTarget: contactUri(invite) ?? '',
    localContact: at.localContact,
    localSeq: at.localSeq,
    remoteSeq: identity.cseq.number,
    flow: at.flow,
  });
}

/** The dialog a tagged response to our INVITE makes (RFC 3261 §12.1.2). */
export function dialogOfClient(invite: SipRequest, response: SipResponse, flow: Flow): Dialog {
  const identity = identityOf(invite);
  const dialog = new Dialog({
    role: 'uac',
    callId: identity.callId,
    localTag: identity.fromTag ?? '',
    remoteTag: identityOf(response).toTag ?? '',
    localParty: invite.headers.get('From') ?? '',
    remoteParty: response.headers.get('To') ?? '',
    routeSet: recordRoutes(response).reverse(),
    remoteTarget: contactUri(response) ?? invite.uri,
    localContact: invite.headers.get('Contact') ?? '',
    localSeq: identity.cseq.number,
    remoteSeq: -1,
    flow,
  });
  dialog.noteSent(invite);
  return dialog;
}

/** The URI of the first Contact. */
export function contactUri(message: SipMessage): string | undefined {
  return parseNameAddrs(message.headers.getAll('Contact'))?.[0]?.uri;
}

/** The Record-Route values in order. */
export function recordRoutes(message: SipMessage): string[] {
  return (parseNameAddrs(message.headers.getAll('Record-Route')) ?? []).map(formatNameAddr);
}
