import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../embedded/mongo/src/main.ts');
const KIB = 1024;

/** The document server as users run it: a process of its own, with an fsync at every commit. */
export class DocumentServerProcess {
  readonly uri: string;
  /** From the start of the process to the line that says it listens. */
  readonly startMs: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, uri: string, startMs: number) {
    this.#child = child;
    this.uri = uri;
    this.startMs = startMs;
  }

  static async start(file: string): Promise<DocumentServerProcess> {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [MAIN, '--file', file, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = String((await once(child.stdout, 'data'))[0]); // the first chunk of stdout
    return new DocumentServerProcess(child, line.replace('listening on ', '').trim(), performance.now() - startedAt);
  }

  /** Resident memory now, in MB. Linux only. */
  residentMb(): number {
    return this.#statusMb('VmRSS');
  }

  /** Highest resident memory since `resetPeak`, in MB. */
  peakMb(): number {
    return this.#statusMb('VmHWM');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }

  #statusMb(name: string): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const kib = new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1];
    return Math.round(Number(kib) / KIB);
  }
}
