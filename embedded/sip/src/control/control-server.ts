import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import type { Endpoint } from '../transport/flow.ts';
import { ControlSession } from './control-session.ts';
import type { SessionOptions } from './control-session.ts';

const MAX_CONNECTIONS = 16;

/** Where applications connect. */
export class ControlServer {
  readonly address: Endpoint;
  private readonly server: Server;
  private readonly sessions: Set<ControlSession>;

  constructor(server: Server, address: Endpoint, sessions: Set<ControlSession>) {
    this.server = server;
    this.address = address;
    this.sessions = sessions;
  }

  close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** Listens for applications. Rejects when the port is taken. */
export async function listenControl(at: Endpoint, options: Omit<SessionOptions, 'socket'>): Promise<ControlServer> {
  const sessions = new Set<ControlSession>();
  const server = createServer((socket) => {
    if (sessions.size >= MAX_CONNECTIONS) {
      // Strangers who only sit there must not keep the application out: the one that came first makes room.
      const silent = [...sessions].find((session) => session.isSilent());
      (silent ?? socket).destroy();
      if (silent === undefined) return;
      sessions.delete(silent);
    }
    const session = new ControlSession({ ...options, socket });
    sessions.add(session);
    socket.on('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', () => undefined);
  // A server listening on a host and port has an AddressInfo, never a pipe name.
  const { port } = server.address() as AddressInfo;
  return new ControlServer(server, { host: at.host, port }, sessions);
}
