import { randomBytes } from 'node:crypto';
import type Srf from 'drachtio-srf';
import type { Logger } from 'pino';
import { startSipServer, type SipServer } from '../../sip/src/sip-server.ts';
import { formatHostPort, type HostPort } from './config.ts';

export interface SipLine {
  /** Where SIP is spoken, host:port. */
  readonly address: string;
  close(): Promise<void>;
}

/** Opens a SIP server of our own, inside this process, and connects the application to it. @throws when the port is taken */
export async function startSipLine(srf: Srf, udp: HostPort, log: Logger): Promise<SipLine> {
  const secret = randomBytes(24).toString('hex');
  const server = await startSipServer({ udp, control: { host: '127.0.0.1', port: 0 }, secret });
  srf.on('error', (error) => log.error({ err: error }, 'the connection to the SIP server failed'));
  await connect(srf, server, secret).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  return {
    address: formatHostPort(server.addresses.udp ?? udp),
    close: async () => {
      disconnect(srf);
      await server.close();
    },
  };
}

function connect(srf: Srf, server: SipServer, secret: string): Promise<void> {
  return new Promise((resolve, reject) => {
    srf.on('connect', (error) => (error ? reject(error) : resolve()));
    void srf.connect({ ...server.addresses.control, secret });
  });
}

function disconnect(srf: Srf): void {
  try {
    srf.disconnect();
  } catch {
    // drachtio-srf asserts that it is connected; when it is not, there is nothing to do.
  }
}
