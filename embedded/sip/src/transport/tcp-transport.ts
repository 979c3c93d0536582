import { connect, createServer } from 'node:net';
import type { Endpoint, Transport, TransportEvents } from './flow.ts';
import type { Protection } from './protection.ts';
import { listenStream } from './stream-transport.ts';

/** Listens for TCP connections. Rejects when the port is taken. */
export function listenTcp(at: Endpoint, events: TransportEvents, protection: Protection): Promise<Transport> {
  const kind = {
    protocol: 'tcp',
    acceptEvent: 'connection',
    connectEvent: 'connect',
    connect: ({ host, port }: Endpoint) => connect({ host, port }),
  } as const;
  return listenStream(createServer(), kind, at, { events, protection });
}
