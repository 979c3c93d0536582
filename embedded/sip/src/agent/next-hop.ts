import { parseNameAddr } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';
import type { SipUri } from '../message/uri.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Flow } from '../transport/flow.ts';
import { resolveHost } from '../transport/resolver.ts';
import { protocolOf } from './protocol-of.ts';
import type { Stack } from './stack.ts';

/** RFC 3261 §19.1.2, RFC 7118 §5. */
const DEFAULT_PORT = { udp: 5_060, tcp: 5_060, tls: 5_061, ws: 80, wss: 443 } as const;

/** A way to the peer, or why there is none. */
export type Hop = { readonly flow: Flow } | { readonly refusal: string };

const NO_TRANSPORT = 'requested protocol/transport not available';

/** Where a request outside a dialog goes: a registered connection, the given route, else its Request-URI. */
export async function outOfDialogHop(stack: Stack, requestUri: string, route: string): Promise<Hop> {
  const registered = stack.flows.find(requestUri);
  if (registered !== undefined) return { flow: registered };
  const target = parseUri(route === '' ? requestUri : /^sips?:/i.test(route) ? route : `sip:${route}`);
  if (target === undefined) return { refusal: `invalid ${route === '' ? 'request-uri' : 'route'}: it cannot be parsed` };
  return openTo(stack, target);
}

/** Where a request inside a dialog goes; a closed flow when its connection is gone, so that sending on it fails at once. */
export async function inDialogFlow(stack: Stack, dialog: Dialog): Promise<Flow> {
  const firstRoute = dialog.routeSet[0];
  const registered = firstRoute === undefined ? stack.flows.find(dialog.remoteTarget) : undefined;
  if (registered !== undefined) return registered;
  if (dialog.flow.isReliable && dialog.flow.isOpen()) return dialog.flow;
  // Behind NAT the source address is worth more than the Contact; the two are the same otherwise.
  if (firstRoute === undefined && !dialog.flow.isReliable) return dialog.flow;
  const uri = parseUri(firstRoute === undefined ? dialog.remoteTarget : (parseNameAddr(firstRoute)?.uri ?? ''));
  const hop = uri === undefined || isWebSocket(dialog.flow) ? undefined : await openTo(stack, uri);
  if (hop === undefined || 'refusal' in hop) return dialog.flow;
  dialog.flow = hop.flow;
  return hop.flow;
}

async function openTo(stack: Stack, target: SipUri): Promise<Hop> {
  const protocol = protocolOf(target);
  if (protocol === undefined || !stack.transports.all().some((transport) => transport.protocol === protocol)) {
    return { refusal: NO_TRANSPORT };
  }
  const host = await resolveHost(target.host, (address) => stack.transports.serves(protocol, address));
  if (host === undefined)
    return { refusal: protocol === 'ws' || protocol === 'wss' ? NO_TRANSPORT : 'the host cannot be resolved' };
  if (!stack.transports.serves(protocol, host)) return { refusal: NO_TRANSPORT };
  const port = target.port ?? DEFAULT_PORT[protocol];
  const isOurs = stack.transports
    .all()
    .some(({ protocol: p, local }) => p === protocol && local.host === host && local.port === port);
  if (isOurs) return { refusal: 'can not send request to myself' };
  const flow = stack.transports.open(protocol, { host, port, serverName: target.host.replace(/^\[|\]$/g, '') });
  return flow === undefined ? { refusal: NO_TRANSPORT } : { flow };
}

function isWebSocket(flow: Flow): boolean {
  return flow.protocol === 'ws' || flow.protocol === 'wss';
}
