import { once } from 'node:events';
import { env } from 'node:process';
import Srf from 'drachtio-srf';
import { startSipServer } from '../../../embedded/sip/src/sip-server.ts';

const HOST = '127.0.0.1';
const NOTICED_MS = 100;

interface Place {
  readonly host: string;
  readonly port: number;
}

/** The SIP server under a stage's gateway: an embedded one in this process, or the one that DRACHTIO_HOST names. */
export interface StageSipServer {
  readonly addresses: { readonly udp: Place; readonly ws: Place; readonly control: Place };
  readonly secret: string;
  /** Drops every dialog without a word and starts again on the same ports. A server of somebody else is left alone: the spec is pending. */
  restart(): Promise<StageSipServer>;
  close(): Promise<void>;
}

/** @throws when the server that DRACHTIO_HOST names cannot be reached or speaks neither UDP nor WebSocket */
export async function openStageSipServer(): Promise<StageSipServer> {
  const host = env['DRACHTIO_HOST'];
  if (host === undefined || host === '') return startEmbedded();
  const secret = env['DRACHTIO_SECRET'] ?? 'cymru';
  const control = { host, port: Number(env['DRACHTIO_PORT'] ?? 9022) };
  const { udp, ws } = await askAddresses(control, secret);
  if (udp === undefined || ws === undefined) throw new Error('the SIP server must listen on udp and ws');
  return {
    addresses: { udp, ws, control },
    secret,
    restart: () => {
      pending('a SIP server that DRACHTIO_HOST names is not restarted by a spec');
      return Promise.reject(new Error('unreachable: pending throws'));
    },
    close: () => Promise.resolve(),
  };
}

async function startEmbedded(at?: StageSipServer['addresses']): Promise<StageSipServer> {
  const any = { host: HOST, port: 0 };
  const secret = 'stage';
  const { udp = any, ws = any, control = any } = at ?? {};
  const server = await startSipServer({ udp, ws, control, secret });
  const { addresses } = server;
  if (addresses.udp === undefined || addresses.ws === undefined) throw new Error('the SIP server does not listen');
  const places = { udp: addresses.udp, ws: addresses.ws, control: addresses.control };
  return {
    addresses: places,
    secret,
    restart: async () => {
      await server.close();
      return startEmbedded(places);
    },
    close: () => server.close(),
  };
}

/** A SIP server tells every application where it listens: `udp/127.0.0.1:5060,ws/127.0.0.1:8081`. */
async function askAddresses(control: Place, secret: string): Promise<Partial<Record<string, Place>>> {
  const srf = new Srf();
  const answered = once(srf, 'connect');
  void srf.connect({ ...control, secret });
  const [error, hostports] = (await answered) as [Error | null, string];
  if (error) throw error;
  // drachtio-srf would end the process with the error of the connection that we end.
  srf.on('error', () => undefined);
  srf.disconnect();
  // Until the server has noticed, it would turn the next application away.
  await new Promise((resolve) => setTimeout(resolve, NOTICED_MS));
  return Object.fromEntries(
    hostports.split(',').map((place) => {
      const match = /^(\w+)\/(.+):(\d+)$/.exec(place);
      return [match?.[1] ?? '', { host: match?.[2] ?? '', port: Number(match?.[3]) }];
    }),
  );
}
