import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the gateway tells about itself. No personal data: no numbers, no names. */
export interface AdminPorts {
  /** `ok` false answers 503. */
  health(): { readonly ok: boolean; readonly [part: string]: unknown };
  state(): Promise<unknown>;
}

/** Serves `GET /healthz` and `GET /state` on loopback. */
export class AdminServer {
  readonly #server: Server;

  constructor(ports: AdminPorts) {
    this.#server = createServer((request, response) => {
      void answer(ports, `${request.method ?? ''} ${request.url ?? ''}`, response);
    });
  }

  /** Rejects when the port is taken. Resolves with the port, for port 0. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        // A TCP server's address is never a string.
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }
}

async function answer(ports: AdminPorts, request: string, response: ServerResponse): Promise<void> {
  const reply = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  try {
    if (request === 'GET /healthz') {
      const health = ports.health();
      reply(health.ok ? 200 : 503, health);
    } else if (request === 'GET /state') reply(200, await ports.state());
    else reply(404, { problem: 'Only GET /healthz and GET /state are served here.' });
  } catch {
    reply(503, { problem: 'The state could not be read.' });
  }
}
