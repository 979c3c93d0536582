import { isIP } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { Buffer } from 'node:buffer';
import type { Endpoint, Target, Transport, TransportEvents } from './flow.ts';
import type { Protection } from './protection.ts';
import { listenStream } from './stream-transport.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Certificate and key in PEM. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Who may vouch for the peers we connect to; Node's own list of authorities when left out. */
  readonly ca?: Buffer;
}

/**
 * Listens for TLS connections (RFC 3261 §26.2.1). Connections made from here are given up when the peer's certificate is not that of the
 * name in its URI (RFC 5922 §7.3). Rejects when the port is taken or the certificate cannot be used.
 */
export async function listenTls(at: Endpoint & TlsFiles, events: TransportEvents, protection: Protection): Promise<Transport> {
  const { cert, key, ca } = at;
  const server = createServer({ cert, key, handshakeTimeout: HANDSHAKE_TIMEOUT_MS });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const kind = {
    protocol: 'tls',
    acceptEvent: 'secureConnection',
    connectEvent: 'secureConnect',
    connect: ({ host, port, serverName = host }: Target) =>
      connect({ host, port, cert, key, ...(ca ? { ca } : {}), ...(isIP(serverName) === 0 ? { servername: serverName } : {}) }),
  } as const;
  return listenStream(server, kind, at, { events, protection });
}
