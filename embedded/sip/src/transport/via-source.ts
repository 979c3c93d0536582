import { splitOutsideQuotes } from '../message/quoting.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { formatVia, parseTopVia } from '../message/via.ts';
import type { Via } from '../message/via.ts';
import type { Endpoint, Flow } from './flow.ts';
import { isSameAddress } from './ip-address.ts';

/**
 * Whether a Via names the transport the request came by (RFC 3261 §18.1.1, RFC 7118 §5): what is above takes its word for it.
 * WS and WSS pass for each other, because a proxy in front may have ended the TLS.
 */
export function isViaOf(via: Via, flow: Flow): boolean {
  const isWebSocket = flow.protocol === 'ws' || flow.protocol === 'wss';
  return isWebSocket ? via.transport === 'WS' || via.transport === 'WSS' : via.transport === flow.protocol.toUpperCase();
}

/** Adds `received` and fills `rport` in the top Via (RFC 3261 §18.2.1, RFC 3581 §4). Returns that Via; undefined when it is malformed. */
export function markSource(request: SipRequest, flow: Flow): Via | undefined {
  const lines = request.headers.getAll('Via');
  const via = parseTopVia(lines);
  if (via === undefined) return undefined;
  const params = new Map(via.params);
  // Only the receiver may say these.
  params.delete('received');
  const hasRport = params.has('rport');
  if (hasRport) params.set('rport', String(flow.remote.port));
  if (hasRport || !isSameAddress(via.host, flow.remote.host)) params.set('received', flow.remote.host);
  const marked = { ...via, params };
  const rest = (splitOutsideQuotes(lines[0] ?? '', ',') ?? []).slice(1).map((value) => value.trim());
  request.headers.setAll('Via', [formatVia(marked), ...rest, ...lines.slice(1)]);
  return marked;
}

/**
 * Where responses go when there is no connection for them (RFC 3261 §18.2.2): the address the request came from and the port of the Via.
 * `maddr` is not followed: it would let a stranger choose who gets the answers.
 */
export function replyAddress(via: Via, flow: Flow): Endpoint {
  return { host: flow.remote.host, port: via.port ?? (flow.protocol === 'tls' ? 5_061 : 5_060) };
}
