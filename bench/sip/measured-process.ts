import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Linux counts processor time in hundredths of a second (sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100;
const COLLECTION_LIMIT_MS = 10_000;

export interface HeldMemory {
  readonly residentBytes: number;
  /** On the JavaScript heap and in buffers. */
  readonly heapBytes: number;
}

/** A node process with a first line of output that says it is ready. */
export class MeasuredProcess {
  readonly firstLine: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, firstLine: string) {
    this.child = child;
    this.firstLine = firstLine;
  }

  /** Starts `node args`. Rejects when it ends before it is ready. */
  static async start(args: readonly string[], environment: Record<string, string>): Promise<MeasuredProcess> {
    const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${args.at(-1)} ended before it was ready`)));
    const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
    ended.catch(() => undefined);
    return new MeasuredProcess(child, line);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the process has not started');
    return this.child.pid;
  }

  /** What the process holds after a garbage collection; it must run with `collect-garbage-on-signal.ts` and this MEMORY_FILE. */
  async heldMemory(memoryFile: string): Promise<HeldMemory> {
    await rm(memoryFile, { force: true });
    this.child.kill('SIGUSR2');
    for (let waitedMs = 0; waitedMs < COLLECTION_LIMIT_MS; waitedMs += 50) {
      await sleep(50);
      const text = await readFile(memoryFile, 'utf8').catch(() => '');
      // The file holds the NodeJS.MemoryUsage that the preloaded script wrote.
      const { rss, heapUsed, external } = JSON.parse(text === '' ? '{}' : text) as Partial<NodeJS.MemoryUsage>;
      if (rss !== undefined) return { residentBytes: rss, heapBytes: (heapUsed ?? 0) + (external ?? 0) };
    }
    throw new Error('the process did not tell its memory');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}

export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Processor time used so far, in seconds; NaN when the process is gone. */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Fields 14 and 15 of proc(5), counted after the name in parentheses, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Watches how busy processes are; `stop` gives the share of one processor that each used, in percent. */
export function watchProcessors(pids: readonly number[]): { stop(): Promise<number[]> } {
  const startedAt = performance.now();
  const first = Promise.all(pids.map(processorSeconds));
  let last = pids.map(() => Number.NaN);
  let lastAt = startedAt;
  // SIPp is gone when its calls are over: what counts is the last look at it.
  const look = async (): Promise<void> => {
    const seen = await Promise.all(pids.map(processorSeconds));
    if (seen.some(Number.isNaN)) return;
    [last, lastAt] = [seen, performance.now()];
  };
  const timer = setInterval(() => void look(), 200);
  return {
    async stop() {
      clearInterval(timer);
      const begun = await first;
      return last.map((seconds, index) => Math.round(((seconds - (begun[index] ?? 0)) / ((lastAt - startedAt) / 1000)) * 100));
    },
  };
}
