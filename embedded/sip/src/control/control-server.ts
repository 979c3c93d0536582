import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import type { Endpoint } from '../transport/flow.ts';
import { ControlSession } from './control-session.ts';
import type { SessionOptions } from './control-session.ts';

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
    for (const session of this.sessions) session.disconnect();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** Listens for applications. Rejects when the port is taken. */
export async function listenControl(at: Endpoint, options: Omit<SessionOptions, 'socket'>): Promise<ControlServer> {
  const sessions = new Set<ControlSession>();
  const server = createServer((socket) => {
    const session = new ControlSession({ ...options, socket });
    sessions.add(session);
    socket.on('close', () => sessions.delete(session));
  });
  server.maxConnections = 16;
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
