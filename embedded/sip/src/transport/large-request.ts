import type { SipRequest } from '../message/sip-message.ts';
import { serialize } from '../message/sip-message.ts';
import { formatVia, parseTopVia } from '../message/via.ts';
import { formatEndpoint } from './flow.ts';
import type { Endpoint, Flow } from './flow.ts';

/** RFC 3261 §18.1.1: a request above this goes over a transport with congestion control when the path MTU is not known. */
const MAX_UDP_BYTES = 1_300;
const CONNECT_PATIENCE_MS = 1_500;
const MAX_REFUSERS = 1_000;

/** A request and what it goes out on. */
export interface Sending {
  readonly request: SipRequest;
  readonly flow: Flow;
}

/** Moves requests too large for UDP to TCP, where the peer takes it (RFC 3261 §18.1.1). */
export class LargeRequests {
  private readonly openTcp: (to: Endpoint) => Flow | undefined;
  /** Who refused a connection lately, by address; the time of it in ms. */
  private readonly refusedAtMs = new Map<string, number>();

  constructor(openTcp: (to: Endpoint) => Flow | undefined) {
    this.openTcp = openTcp;
  }

  /** The same request when UDP will do or TCP will not; else with TCP in its Via, on a connection that stands. */
  async fit(sending: Sending): Promise<Sending> {
    const { request, flow } = sending;
    if (flow.protocol !== 'udp' || serialize(request).length <= MAX_UDP_BYTES || this.hasRefused(flow)) return sending;
    const connection = this.openTcp(flow.remote);
    if (connection === undefined) return sending;
    if (!(await isReadySoon(connection))) {
      this.noteRefusal(flow);
      return sending;
    }
    const lines = request.headers.getAll('Via');
    const via = parseTopVia(lines);
    if (via === undefined) return sending;
    const { host, port } = connection.local;
    const moved = { ...via, transport: 'TCP', host: host.includes(':') ? `[${host}]` : host, port };
    const headers = request.headers.copy().setAll('Via', [formatVia(moved), ...lines.slice(1)]);
    return { request: { ...request, headers }, flow: connection };
  }

  /** A peer without TCP is asked again after five minutes. */
  private hasRefused(flow: Flow): boolean {
    const atMs = this.refusedAtMs.get(formatEndpoint(flow.remote));
    return atMs !== undefined && performance.now() - atMs < 300_000;
  }

  private noteRefusal(flow: Flow): void {
    if (this.refusedAtMs.size >= MAX_REFUSERS) this.refusedAtMs.clear();
    this.refusedAtMs.set(formatEndpoint(flow.remote), performance.now());
  }
}

async function isReadySoon(flow: Flow): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CONNECT_PATIENCE_MS);
  });
  const isReady = await Promise.race([flow.ready(), patience]);
  clearTimeout(timer);
  return isReady;
}
