import { parseNameAddr, parseNameAddrs } from '../message/name-addr.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { parseUri, userAtHost } from '../message/uri.ts';
import type { SipUri } from '../message/uri.ts';
import type { Clock } from '../transaction/clock.ts';
import type { Flow, Protocol } from '../transport/flow.ts';
import { isSameAddress } from '../transport/ip-address.ts';
import { protocolOf } from './protocol-of.ts';

const DEFAULT_EXPIRES_S = 3_600;
const MAX_EXPIRES_S = 86_400;
/** One telephone has one contact, two while its address changes. */
const MAX_CONTACTS = 10;

interface RegisteredFlow {
  readonly flow: Flow;
  /** The address of record that was registered: only who registers the same one may move or end it. */
  readonly owner: string;
  readonly stopExpiry: () => void;
}

/** Which connection a registered contact is reached by (RFC 5626 §5.3: the registration's flow is reused). */
export class RegisteredFlows {
  private readonly clock: Clock;
  private readonly entries = new Map<string, RegisteredFlow>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  count(): number {
    return this.entries.size;
  }

  /** The open connection of a contact URI. */
  find(uri: string): Flow | undefined {
    const parsed = parseUri(uri);
    if (parsed === undefined) return undefined;
    const { flow } = this.entries.get(userAtHost(parsed)) ?? this.entries.get(transportKey(parsed)) ?? {};
    return flow?.isOpen() ? flow : undefined;
  }

  /** Learns from a REGISTER the application accepted. Contacts registered over UDP are reached by their address. */
  learn(request: SipRequest, response: SipResponse, flow: Flow): void {
    const owner = addressOfRecord(request);
    if (!flow.isReliable || owner === undefined) return;
    const lines = request.headers.getAll('Contact');
    if (lines.length === 1 && lines[0]?.trim() === '*') {
      this.forgetOwner(owner);
      return;
    }
    const granted = grantedExpiries(response);
    for (const contact of (parseNameAddrs(lines) ?? []).slice(0, MAX_CONTACTS)) {
      const uri = parseUri(contact.uri);
      const key = uri === undefined ? undefined : keyOn(flow, uri);
      if (uri === undefined || key === undefined) continue;
      const asked = seconds(contact.params.get('expires') ?? request.headers.get('Expires'));
      const expiresS = asked === 0 ? 0 : (granted(uri) ?? asked ?? DEFAULT_EXPIRES_S);
      this.put(key, { flow, owner, expiresS });
    }
  }

  /** Drops all contacts of a connection that is gone. */
  forget(flow: Flow): void {
    for (const [key, entry] of this.entries) {
      if (entry.flow === flow) this.remove(key);
    }
  }

  close(): void {
    for (const key of this.entries.keys()) this.remove(key);
  }

  private forgetOwner(owner: string): void {
    for (const [key, entry] of this.entries) {
      if (entry.owner === owner) this.remove(key);
    }
  }

  private put(key: string, { flow, owner, expiresS }: { flow: Flow; owner: string; expiresS: number }): void {
    const holder = this.entries.get(key);
    if (holder !== undefined && holder.owner !== owner && holder.flow.isOpen()) return;
    this.remove(key);
    if (expiresS === 0) return;
    const stopExpiry = this.clock.startTimer(Math.min(expiresS, MAX_EXPIRES_S) * 1_000, () => this.entries.delete(key));
    this.entries.set(key, { flow, owner, stopExpiry });
  }

  private remove(key: string): void {
    this.entries.get(key)?.stopExpiry();
    this.entries.delete(key);
  }
}

function addressOfRecord(request: SipRequest): string | undefined {
  const uri = parseUri(parseNameAddr(request.headers.get('To') ?? '')?.uri ?? '');
  return uri && userAtHost(uri);
}

/**
 * What a contact is kept under: user and host where the host is the connection's own or made up by a browser (RFC 7118 §5). Another host is
 * believed behind NAT, but only for requests to that port over that transport; else a telephone could register the trunk's address and
 * be sent the trunk's calls.
 */
function keyOn(flow: Flow, uri: SipUri): string | undefined {
  const isOwn = uri.host.toLowerCase().endsWith('.invalid') || isSameAddress(uri.host, flow.remote.host);
  if (isOwn) return userAtHost(uri);
  return transportOf(uri) === carrierOf(flow.protocol) ? transportKey(uri) : undefined;
}

function transportKey(uri: SipUri): string {
  return `${userAtHost(uri)}:${uri.port ?? ''};${transportOf(uri) ?? ''}`;
}

function transportOf(uri: SipUri): string | undefined {
  const protocol = protocolOf(uri);
  return protocol && carrierOf(protocol);
}

/** Browsers write `ws` also where they use TLS (RFC 7118 §5). */
function carrierOf(protocol: Protocol): string {
  return protocol === 'wss' ? 'ws' : protocol;
}

/** How long the application's 200 grants a contact, in seconds. */
function grantedExpiries(response: SipResponse): (uri: SipUri) => number | undefined {
  const byContact = new Map<string, number | undefined>();
  for (const contact of parseNameAddrs(response.headers.getAll('Contact')) ?? []) {
    const uri = parseUri(contact.uri);
    if (uri !== undefined) byContact.set(userAtHost(uri), seconds(contact.params.get('expires')));
  }
  const forAll = seconds(response.headers.get('Expires'));
  return (uri) => byContact.get(userAtHost(uri)) ?? forAll;
}

function seconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}
