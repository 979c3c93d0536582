import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endpoint } from './transport/flow.ts';

const MAX_CONNECTIONS = 32;

/** What the server holds right now; all but `application` return to zero when nothing is going on. */
export interface Counters {
  readonly transactions: number;
  readonly dialogs: number;
  readonly flows: number;
  readonly connections: number;
  readonly application: boolean;
}

export interface AdminServer {
  readonly address: Endpoint;
  close(): Promise<void>;
}

/** Answers `GET /` with the counters as JSON. Rejects when the port is taken. */
export async function listenAdmin(at: Endpoint, counters: () => Counters): Promise<AdminServer> {
  const server = createServer((request, response) => {
    const isKnown = request.method === 'GET' && request.url === '/';
    response.writeHead(isKnown ? 200 : 404, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(isKnown ? counters() : {}));
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A server listening on a host and port has an AddressInfo, never a pipe name.
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: at.host, port },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
