import { parseNameAddrs } from '../message/name-addr.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { parseUri, userAtHost } from '../message/uri.ts';
import type { Clock } from '../transaction/clock.ts';
import type { Flow } from '../transport/flow.ts';

const DEFAULT_EXPIRES_S = 3_600;
const MAX_EXPIRES_S = 86_400;

/** Which connection a registered contact is reached by (RFC 5626 §5.3: the registration's flow is reused). */
export class RegisteredFlows {
  private readonly clock: Clock;
  private readonly entries = new Map<string, { readonly flow: Flow; readonly stopExpiry: () => void }>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  count(): number {
    return this.entries.size;
  }

  /** The open connection of a contact URI. */
  find(uri: string): Flow | undefined {
    const parsed = parseUri(uri);
    const flow = parsed === undefined ? undefined : this.entries.get(userAtHost(parsed))?.flow;
    return flow?.isOpen() ? flow : undefined;
  }

  /** Learns from a REGISTER the application accepted. Contacts registered over UDP are reached by their address. */
  learn(request: SipRequest, response: SipResponse, flow: Flow): void {
    if (!flow.isReliable) return;
    const contacts = request.headers.getAll('Contact');
    if (contacts.length === 1 && contacts[0]?.trim() === '*') {
      this.forget(flow);
      return;
    }
    for (const contact of parseNameAddrs(contacts) ?? []) {
      const uri = parseUri(contact.uri);
      if (uri === undefined) continue;
      const granted = grantedExpiry(contact.uri, response);
      const asked = contact.params.get('expires') ?? request.headers.get('Expires');
      this.put(userAtHost(uri), flow, seconds(asked) === 0 ? 0 : (granted ?? seconds(asked) ?? DEFAULT_EXPIRES_S));
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

  private put(key: string, flow: Flow, expiresS: number): void {
    this.remove(key);
    if (expiresS === 0) return;
    const stopExpiry = this.clock.startTimer(Math.min(expiresS, MAX_EXPIRES_S) * 1_000, () => this.entries.delete(key));
    this.entries.set(key, { flow, stopExpiry });
  }

  private remove(key: string): void {
    this.entries.get(key)?.stopExpiry();
    this.entries.delete(key);
  }
}

/** What the application's 200 grants this contact, in seconds. */
function grantedExpiry(uri: string, response: SipResponse): number | undefined {
  const key = parseUri(uri);
  const granted = (parseNameAddrs(response.headers.getAll('Contact')) ?? []).find((contact) => {
    const parsed = parseUri(contact.uri);
    return parsed !== undefined && key !== undefined && userAtHost(parsed) === userAtHost(key);
  });
  return seconds(granted?.params.get('expires')) ?? seconds(response.headers.get('Expires'));
}

function seconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}
