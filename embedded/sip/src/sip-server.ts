import { pino } from 'pino';
import type { Logger } from 'pino';
import { listenAdmin } from './admin-server.ts';
import type { AdminServer, Counters } from './admin-server.ts';
import { UserAgent } from './agent/user-agent.ts';
import { ClientTable } from './control/client-table.ts';
import { listenControl } from './control/control-server.ts';
import type { ControlServer } from './control/control-server.ts';
import { faultLog, guardClock } from './faults.ts';
import { systemClock } from './transaction/clock.ts';
import { DEFAULT_TIMERS } from './transaction/timers.model.ts';
import type { Clock } from './transaction/clock.ts';
import type { TimerValues } from './transaction/timers.model.ts';
import { formatEndpoint } from './transport/flow.ts';
import type { Endpoint, Protocol } from './transport/flow.ts';
import { listenTcp } from './transport/tcp-transport.ts';
import { listenUdp } from './transport/udp-transport.ts';
import { listenWs } from './transport/ws-transport.ts';
import type { TlsFiles } from './transport/ws-transport.ts';

/** Where to listen; port 0 picks a free one. Addresses must be concrete, because they are written into Via and Contact. */
export interface SipServerOptions {
  readonly udp?: Endpoint;
  readonly tcp?: Endpoint;
  readonly ws?: Endpoint;
  readonly wss?: Endpoint & TlsFiles;
  readonly control: Endpoint;
  readonly admin?: Endpoint;
  /** What the application must show to be let in. */
  readonly secret: string;
  readonly timers?: TimerValues;
  readonly clock?: Clock;
  /** Silent when left out. */
  readonly log?: Logger;
}

/** The addresses in use, by what is served there. */
export type SipServerAddresses = Partial<Record<Protocol | 'admin', Endpoint>> & { readonly control: Endpoint };

export interface SipServer {
  readonly addresses: SipServerAddresses;
  counters(): Counters;
  /** Stops listening; calls of a connected application get a BYE or CANCEL, whose answer nobody waits for. */
  close(): Promise<void>;
}

/** Starts a SIP server. Rejects with the system's error, and leaves nothing open, when a port is taken. */
export async function startSipServer(options: SipServerOptions): Promise<SipServer> {
  const clients = new ClientTable();
  const log = options.log ?? pino({ level: 'silent' });
  const reportFault = faultLog(log);
  const clock = guardClock(options.clock ?? systemClock, reportFault);
  const agent = new UserAgent(clients, options.timers ?? DEFAULT_TIMERS, clock, reportFault);
  const { transports } = agent;
  const counters = (): Counters => ({ ...agent.counters(), application: clients.isConnected() });
  let control: ControlServer | undefined;
  let admin: AdminServer | undefined;
  const close = async (): Promise<void> => {
    await control?.close();
    await admin?.close();
    await agent.close();
  };
  try {
    if (options.udp) transports.add(await listenUdp(options.udp, transports));
    if (options.tcp) transports.add(await listenTcp(options.tcp, transports));
    if (options.ws) transports.add(await listenWs(options.ws, transports));
    if (options.wss) transports.add(await listenWs(options.wss, transports, options.wss));
    const listening = (): string[] => transports.all().map(({ protocol, local }) => `${protocol}/${formatEndpoint(local)}`);
    if (options.admin) admin = await listenAdmin(options.admin, counters);
    control = await listenControl(options.control, { secret: options.secret, clients, agent, listening, log, reportFault });
  } catch (error) {
    await close();
    throw error;
  }
  const served = Object.fromEntries(transports.all().map(({ protocol, local }) => [protocol, local]));
  return { addresses: { ...served, ...(admin ? { admin: admin.address } : {}), control: control.address }, counters, close };
}
