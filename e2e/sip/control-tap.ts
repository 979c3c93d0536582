import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** One frame of drachtio's control protocol, without its length. */
export interface ControlFrame {
  readonly from: 'application' | 'server';
  readonly text: string;
}

/** Stands between an application and a SIP server and keeps what they say to each other. */
export class ControlTap {
  readonly frames: ControlFrame[] = [];
  readonly port: number;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.server = server;
    this.port = port;
  }

  /** Listens on a free port for one application and leads it to that server. */
  static async open(target: { readonly host: string; readonly port: number }): Promise<ControlTap> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // A server listening on a host and port has an AddressInfo, never a pipe name.
    const tap = new ControlTap(server, (server.address() as AddressInfo).port);
    server.on('connection', (application) => {
      const onward = connect(target.port, target.host);
      tap.lead(application, onward, 'application');
      tap.lead(onward, application, 'server');
    });
    return tap;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private lead(source: Socket, sink: Socket, from: ControlFrame['from']): void {
    this.sockets.add(source);
    let unread = Buffer.alloc(0);
    source.on('data', (chunk) => {
      sink.write(chunk);
      unread = Buffer.concat([unread, chunk]);
      for (;;) {
        const mark = unread.indexOf('#');
        const end = mark + 1 + Number(unread.toString('latin1', 0, Math.max(mark, 0)));
        if (mark < 0 || unread.length < end) return;
        this.frames.push({ from, text: unread.toString('utf8', mark + 1, end) });
        unread = unread.subarray(end);
      }
    });
    source.on('error', () => sink.destroy());
    source.on('close', () => sink.destroy());
  }
}
