import { formatVia } from '../message/via.ts';
import { formatEndpoint } from '../transport/flow.ts';
import type { Flow } from '../transport/flow.ts';
import { newBranch } from './identifiers.ts';

const VIA_TRANSPORT = { udp: 'UDP', tcp: 'TCP', tls: 'TLS', ws: 'WS', wss: 'WSS' } as const;
const URI_TRANSPORT = {
  udp: '',
  tcp: ';transport=tcp',
  tls: ';transport=tls',
  ws: ';transport=ws',
  wss: ';transport=wss',
} as const;

/** The Via of a request sent on that flow, with a fresh branch. */
export function viaFor(flow: Flow, branch = newBranch()): string {
  const params = new Map<string, string | undefined>([
    ['rport', undefined],
    ['branch', branch],
  ]);
  const { host, port } = flow.local;
  return formatVia({ transport: VIA_TRANSPORT[flow.protocol], host: host.includes(':') ? `[${host}]` : host, port, params });
}

/** Our own Contact as a peer on that flow reaches it; a SIPS URI where the request has one (RFC 3261 §8.1.1.8, §12.1.1). */
export function contactFor(flow: Flow, requestUri = ''): string {
  if (flow.protocol === 'tls' && /^sips:/i.test(requestUri)) return `<sips:${formatEndpoint(flow.local)}>`;
  return `<sip:${formatEndpoint(flow.local)}${URI_TRANSPORT[flow.protocol]}>`;
}

/** The application writes `@localhost` where it does not know the address its message leaves from. */
export function replaceLocalhost(value: string, flow: Flow): string {
  return value.replace(/@localhost(?=$|[\s;,>?])/gi, `@${formatEndpoint(flow.local)}`);
}
