import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeMediaPort, freePort } from '../../e2e/sip/free-ports.ts';
import { startSipp } from '../../e2e/sip/sipp.ts';
import type { SippOptions, SippScenario, SippStats } from '../../e2e/sip/sipp.ts';
import { MeasuredProcess, watchProcessors } from './measured-process.ts';
import type { HeldMemory } from './measured-process.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const HOST = '127.0.0.1';
const SECRET = 'bench';
const MEMORY_FILE = 'memory.json';
/** A transaction may last 64 T1 (RFC 3261 table 4). */
const TRANSACTIONS_MS = 36_000;

export interface Load extends Pick<SippOptions, 'service' | 'pauseMs'> {
  readonly scenario: SippScenario;
  readonly calls: number;
  readonly perSecond: number;
}

export interface LoadResult {
  readonly stats: SippStats;
  /** Without the time in which calls stood. */
  readonly achievedPerSecond: number;
  /** Share of one processor, in percent. */
  readonly busy: { readonly server: number; readonly application: number; readonly sipp: number };
}

export interface Counters {
  readonly transactions: number;
  readonly dialogs: number;
}

/** The SIP server and an application as two processes, as in production, and SIPp as everybody else. */
export class SipStation {
  readonly server: MeasuredProcess;
  private readonly application: MeasuredProcess;

  private readonly folder: string;

  private constructor(server: MeasuredProcess, application: MeasuredProcess, folder: string) {
    this.server = server;
    this.application = application;
    this.folder = folder;
  }

  static async start(): Promise<SipStation> {
    const folder = await mkdtemp(path.join(tmpdir(), 'bench-sip-'));
    const preload = path.join(import.meta.dirname, 'collect-garbage-on-signal.ts');
    const places = ['--sip-udp', `${HOST}:0`, '--control', `${HOST}:0`, '--admin', `${HOST}:0`];
    const args = ['--expose-gc', '--import', preload, path.join(ROOT, 'embedded/sip/src/main.ts'), ...places];
    const server = await MeasuredProcess.start(args, {
      DRACHTIO_SECRET: SECRET,
      LOG_LEVEL: 'warn',
      MEMORY_FILE: path.join(folder, MEMORY_FILE),
    });
    const control = placeOf(server, 'control');
    const program = path.join(import.meta.dirname, 'answering-application.ts');
    const application = await MeasuredProcess.start([program], { CONTROL: control, DRACHTIO_SECRET: SECRET });
    return new SipStation(server, application, folder);
  }

  /** Lets SIPp place calls; resolves when all of them are over. */
  async load({ scenario, calls, perSecond, service = 'resident', pauseMs = 0 }: Load): Promise<LoadResult> {
    const sipp = await startSipp(scenario, {
      ...{ local: `${HOST}:${await freePort()}`, remote: placeOf(this.server, 'udp'), service, caller: '09000000123' },
      ...{ calls, callsPerSecond: perSecond, simultaneousCalls: calls, pauseMs, mediaPort: await freeMediaPort() },
      timeoutSeconds: Math.ceil(calls / perSecond + pauseMs / 1000 + 60),
    });
    const watch = watchProcessors([this.server.pid, this.application.pid, sipp.pid]);
    const startedAt = performance.now();
    const { stats, errors } = await sipp.finished;
    const seconds = (performance.now() - startedAt - pauseMs) / 1000;
    const [server = 0, application = 0, busySipp = 0] = await watch.stop();
    if (stats.successful + stats.failed === 0) throw new Error(`SIPp placed no call: ${errors}`);
    return { stats, achievedPerSecond: calls / seconds, busy: { server, application, sipp: busySipp } };
  }

  /** What the server holds when its garbage is gone; the first collection also drops compiled code, the second what that held. */
  async heldMemory(): Promise<HeldMemory> {
    await this.server.heldMemory(path.join(this.folder, MEMORY_FILE));
    return this.server.heldMemory(path.join(this.folder, MEMORY_FILE));
  }

  async counters(): Promise<Counters> {
    const response = await fetch(`http://${placeOf(this.server, 'admin')}/`);
    // The admin endpoint of embedded/sip answers with its Counters, which contain these two.
    return (await response.json()) as Counters;
  }

  /** Waits until so many dialogs stand and no transaction is left. */
  async untilSettled(dialogs: number, withinMs: number = TRANSACTIONS_MS): Promise<void> {
    const endAt = performance.now() + withinMs;
    for (;;) {
      const held = await this.counters();
      if (held.dialogs === dialogs && held.transactions === 0) return;
      if (performance.now() > endAt)
        throw new Error(`the SIP server holds ${JSON.stringify(held)} instead of ${dialogs} dialogs`);
      await sleep(250);
    }
  }

  async stop(): Promise<void> {
    await this.application.stop();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function placeOf(server: MeasuredProcess, name: string): string {
  const place = new RegExp(`${name}=(\\S+)`).exec(server.firstLine)?.[1];
  if (place === undefined) throw new Error(`the SIP server has no ${name} address`);
  return place;
}
