import { pino } from 'pino';
import type { Logger } from 'pino';
import { listenAdmin } from './admin-server.ts';
import type { AdminServer, Counters } from './admin-server.ts';
import type { Policy } from './agent/policy.model.ts';
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
import type { Endpoint, Protocol, Transport, TransportEvents } from './transport/flow.ts';
import { DEFAULT_PROTECTION, Protection } from './transport/protection.ts';
import type { ProtectionOptions } from './transport/protection.ts';
import { listenTcp } from './transport/tcp-transport.ts';
import { listenTls } from './transport/tls-transport.ts';
import type { TlsFiles } from './transport/tls-transport.ts';
import { listenUdp } from './transport/udp-transport.ts';
import { listenWs } from './transport/ws-transport.ts';

/** One or several of a kind. */
type OneOrMore<T> = T | readonly T[];

/** Where to listen; port 0 picks a free one. Addresses must be concrete, because they are written into Via and Contact. */
export interface SipServerOptions {
  readonly udp?: OneOrMore<Endpoint>;
  readonly tcp?: OneOrMore<Endpoint>;
  readonly tls?: OneOrMore<Endpoint & TlsFiles>;
  readonly ws?: OneOrMore<Endpoint>;
  readonly wss?: OneOrMore<Endpoint & TlsFiles>;
  readonly control: Endpoint;
  readonly admin?: Endpoint;
  /** What the application must show to be let in. */
  readonly secret: string;
  /** What strangers may do; DEFAULT_PROTECTION for what is left out. */
  readonly protection?: Partial<ProtectionOptions>;
  /** What becomes of calls; DEFAULT_POLICY for what is left out. */
  readonly policy?: Partial<Policy>;
  readonly timers?: TimerValues;
  readonly clock?: Clock;
  /** Silent when left out. */
  readonly log?: Logger;
}

/** The first address of each kind in use, and all on which SIP is spoken. */
export type SipServerAddresses = Partial<Record<Protocol | 'admin', Endpoint>> & {
  readonly control: Endpoint;
  readonly sip: readonly (Endpoint & { readonly protocol: Protocol })[];
};

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
  const agent = new UserAgent({
    application: clients,
    timers: options.timers ?? DEFAULT_TIMERS,
    clock,
    reportFault,
    ...(options.policy ? { policy: options.policy } : {}),
  });
  const { transports } = agent;
  const protection = new Protection({ ...DEFAULT_PROTECTION, ...options.protection });
  transports.protect(protection);
  const counters = (): Counters => ({ ...agent.counters(), application: clients.isConnected() });
  let control: ControlServer | undefined;
  let admin: AdminServer | undefined;
  const close = async (): Promise<void> => {
    await control?.close();
    await admin?.close();
    await agent.close();
  };
  try {
    for (const listen of listeners(options, transports, protection)) transports.add(await listen());
    const listening = (): string[] => transports.all().map(({ protocol, local }) => `${protocol}/${formatEndpoint(local)}`);
    if (options.admin) admin = await listenAdmin(options.admin, counters);
    control = await listenControl(options.control, { secret: options.secret, clients, agent, listening, log, reportFault });
  } catch (error) {
    await close();
    throw error;
  }
  const sip = transports.all().map(({ protocol, local }) => ({ protocol, ...local }));
  const first = Object.fromEntries([...sip].reverse().map(({ protocol, host, port }) => [protocol, { host, port }]));
  const addresses = { ...first, ...(admin ? { admin: admin.address } : {}), control: control.address, sip };
  return { addresses, counters, close };
}

/** What begins to listen, in the order the application is told of. */
function listeners(
  { udp, tcp, tls, ws, wss }: SipServerOptions,
  events: TransportEvents,
  protection: Protection,
): (() => Promise<Transport>)[] {
  return [
    ...several(udp).map((at) => () => listenUdp(at, events, protection)),
    ...several(tcp).map((at) => () => listenTcp(at, events, protection)),
    ...several(tls).map((at) => () => listenTls(at, events, protection)),
    ...several(ws).map(
      ({ host, port }) =>
        () =>
          listenWs({ host, port }, events, protection),
    ),
    ...several(wss).map((at) => () => listenWs(at, events, protection)),
  ];
}

function several<T extends object>(value: OneOrMore<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

/** `Array.isArray` does not narrow a readonly array. */
function isList<T>(value: OneOrMore<T>): value is readonly T[] {
  return Array.isArray(value);
}
