import type { SipUri } from '../message/uri.ts';
import type { Protocol } from '../transport/flow.ts';

const PROTOCOLS: readonly Protocol[] = ['udp', 'tcp', 'tls', 'ws', 'wss'];

/** What a URI asks to be reached by; undefined when it is a transport we do not know. */
export function protocolOf(uri: SipUri): Protocol | undefined {
  const name = uri.params.get('transport')?.toLowerCase();
  if (uri.scheme === 'sip') return PROTOCOLS.find((protocol) => protocol === (name ?? 'udp'));
  // SIPS needs TLS on every hop; its transport parameter names what is below TLS (RFC 3261 §26.2.2, RFC 5630 §3.1.4).
  if (name === undefined || name === 'tcp' || name === 'tls') return 'tls';
  return name === 'ws' || name === 'wss' ? 'wss' : undefined;
}
