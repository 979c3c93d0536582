import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const HOST = '127.0.0.1';

/** A UDP port of this machine that nobody uses right now. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** An even port for RTP; SIPp takes the even one above it, too. */
export async function freeMediaPort(): Promise<number> {
  for (;;) {
    const port = (await freePort()) & ~1;
    const sockets = [createSocket('udp4'), createSocket('udp4')];
    const bound = await Promise.allSettled(
      sockets.map(async (socket, index) => {
        socket.bind(port + 2 * index, HOST);
        await once(socket, 'listening');
      }),
    );
    for (const socket of sockets) socket.close();
    if (bound.every(({ status }) => status === 'fulfilled')) return port;
  }
}
