import Srf from 'drachtio-srf';
import { startSipServer } from '../sip-server.ts';
import type { SipServer, SipServerOptions } from '../sip-server.ts';

/** A free port of the loopback address. */
export const ANY = { host: '127.0.0.1', port: 0 };
export const CHALLENGE = 'Digest realm="test", nonce="abc", algorithm=MD5, qop="auth"';

const PATIENCE_MS = 5_000;

type Handler = (request: Srf.SrfRequest, response: Srf.SrfResponse) => unknown;

/** One server with one drachtio-srf application on it. */
export interface Station {
  readonly server: SipServer;
  readonly srf: Srf;
  uri(user: string, protocol?: 'udp' | 'tcp' | 'tls'): string;
  on(method: string, handler: Handler): void;
}

/** The stations of one test. */
export class Stations {
  private readonly stations: Station[] = [];

  async start(more: Partial<SipServerOptions> = {}): Promise<Station> {
    const timers = { t1Ms: 30, t2Ms: 240, t4Ms: 100 };
    const server = await startSipServer({ udp: ANY, tcp: ANY, ws: ANY, control: ANY, secret: 'cymru', timers, ...more });
    const srf = new Srf();
    // drachtio-srf reconnects by itself; without a listener its errors would end the process.
    srf.on('error', () => undefined);
    const station: Station = {
      server,
      srf,
      uri: (user, protocol = 'udp') => {
        const { host, port } = server.addresses[protocol] ?? ANY;
        return `sip:${user}@${host.includes(':') ? `[${host}]` : host}:${port};transport=${protocol}`;
      },
      on: (method, handler) => srf.use(method, (request, response) => void handler(request, response)),
    };
    void srf.connect({ host: '127.0.0.1', port: server.addresses.control.port, secret: 'cymru' });
    await happened(srf, 'connect');
    this.stations.push(station);
    return station;
  }

  async close(): Promise<void> {
    for (const { srf, server } of this.stations.splice(0)) {
      // It throws when there is no connection to end.
      if (server.counters().application) srf.disconnect();
      await server.close();
    }
  }
}

/** Fails when the promise takes more than five seconds. */
export function within<T>(promise: Promise<T>, what: string): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error(`timed out: ${what}`)), PATIENCE_MS).unref()),
  ]);
}

export const happened = (
  emitter: { on(event: string, listener: (...values: unknown[]) => void): unknown },
  event: string,
): Promise<unknown> => within(new Promise((resolve) => emitter.on(event, resolve)), event);

export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Routes are sent when declared; a moment later they are in place. */
export const routed = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 30));

/** The status a call was refused with; 0 when it was answered. */
export function statusOf(call: Promise<unknown>): Promise<number> {
  return within(
    call.then(
      () => 0,
      (error: { status: number }) => error.status,
    ),
    'end of the call',
  );
}
