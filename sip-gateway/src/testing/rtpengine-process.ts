import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const HOST = '127.0.0.1';
const STARTED_MS = 400;
/** Below the mixer's. */
const FIFO_PRIORITY = 20;

export interface RtpengineOptions {
  /** The range for RTP; RTCP included. */
  readonly portMin: number;
  readonly portMax: number;
  readonly threads?: number;
  /** Runs it under SCHED_FIFO; the system must permit it. */
  readonly isRealTime?: boolean;
}

/** An rtpengine of our own on the loopback, without kernel module and configuration file. */
export class RtpengineProcess {
  /** Where it takes commands. */
  readonly server: { readonly host: string; readonly port: number };
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.server = { host: HOST, port };
    this.#child = child;
  }

  static async start({ portMin, portMax, threads = 1, isRealTime = false }: RtpengineOptions): Promise<RtpengineProcess> {
    const port = await freeUdpPort();
    const where = [`--interface=${HOST}`, `--listen-ng=${HOST}:${port}`, `--port-min=${portMin}`, `--port-max=${portMax}`];
    const how = ['--config-file=none', '--table=-1', '--foreground', '--log-stderr', '--log-level=3', '--mos=LQ'];
    const when = isRealTime ? ['--scheduling=fifo', `--priority=${FIFO_PRIORITY}`] : [];
    const child = spawn('rtpengine', [...where, ...how, ...when, `--num-threads=${threads}`], { stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, STARTED_MS));
    if (child.exitCode !== null) throw new Error('rtpengine ended at once');
    return new RtpengineProcess(port, child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
