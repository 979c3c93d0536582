import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { PortClaim } from './component.ts';
import { StartFailure } from './failure.ts';

/** Binds each port for a moment; a taken one is a StartFailure that names the setting which moves it. */
export async function requireFreePorts(claims: readonly PortClaim[]): Promise<void> {
  const problems = await Promise.all(claims.map(bindForAMoment));
  const taken = problems.filter((problem) => problem !== undefined);
  if (taken.length > 0) throw new StartFailure(taken.join('\n'));
}

function bindForAMoment(claim: PortClaim): Promise<string | undefined> {
  const { protocol, host, port, setting } = claim;
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      const reason =
        error.code === 'EADDRINUSE' ? 'is used by another program' : `cannot be opened (${error.code ?? 'unknown error'})`;
      resolve(
        `${protocol.toUpperCase()} port ${port} on ${host} ${reason}. Stop that program, or set ${setting} to another port.`,
      );
    };
    if (protocol === 'udp') {
      const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
      socket.once('error', fail);
      socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
      return;
    }
    const server = createServer();
    server.once('error', fail);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
