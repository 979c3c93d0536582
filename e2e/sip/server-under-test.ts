import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSipServer } from '../../embedded/sip/src/sip-server.ts';
import { foreignServer } from './config.ts';

const ANY = { host: '127.0.0.1', port: 0 };
const POLL_MS = 20;

/** What a server still holds; all are zero when nothing is going on. */
export interface Held {
  readonly transactions: number;
  readonly dialogs: number;
}

/** The SIP server that the suite talks to: one of its own in this process, or the one that DRACHTIO_HOST names. */
export interface ServerUnderTest {
  readonly control: { readonly host: string; readonly port: number; readonly secret: string };
  /** RFC 3261 timer T1, in milliseconds. */
  readonly t1Ms: number;
  /** What it holds; undefined when it does not tell (a real drachtio-server has no such counters). */
  held(): Promise<Held | undefined>;
  stop(): Promise<void>;
}

/** Starts an embedded server with this T1, unless DRACHTIO_HOST names another, which keeps its own. */
export async function startServerUnderTest(t1Ms: number): Promise<ServerUnderTest> {
  const foreign = foreignServer(env);
  if (foreign !== undefined) {
    const { host, port, secret, admin } = foreign;
    const held = async (): Promise<Held | undefined> => (admin === undefined ? undefined : readCounters(admin));
    return { control: { host, port, secret }, t1Ms: foreign.t1Ms, held, stop: () => Promise.resolve() };
  }
  const secret = 'suite';
  const timers = { t1Ms, t2Ms: 8 * t1Ms, t4Ms: 10 * t1Ms };
  const server = await startSipServer({ udp: ANY, tcp: ANY, control: ANY, secret, timers });
  return {
    control: { ...server.addresses.control, secret },
    t1Ms,
    held: () => Promise.resolve(server.counters()),
    stop: () => server.close(),
  };
}

/** The counters that an embedded server shows at its admin address. */
export async function readCounters(admin: string): Promise<Held> {
  const response = await fetch(`http://${admin}/`);
  // The admin endpoint of embedded/sip answers with its Counters, which contain these two.
  return (await response.json()) as Held;
}

/** Waits until the server holds nothing, at most 64 T1 (the longest timer of a transaction) and a little. Returns what it holds then. */
export async function untilNothingIsHeld(server: ServerUnderTest): Promise<Held | undefined> {
  const endAt = Date.now() + 64 * server.t1Ms + 2_000;
  for (;;) {
    const held = await server.held();
    if (held === undefined || held.transactions + held.dialogs === 0 || Date.now() > endAt) return held;
    await sleep(POLL_MS);
  }
}
