import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Above ordinary programs, below the kernel's own threads. */
const FIFO_PRIORITY = '30';

/**
 * For a process under SCHED_FIFO that may have one processor only. The helpers of the garbage collector wait for each other by spinning, there
 * against the very thread they wait for, until the kernel takes the processor from all of them for 50 ms (sched_rt_runtime_us). The compiler's
 * helper would never run while the main thread is busy, which it stays because its code was never compiled: 600 legs needed 95 % of a core
 * for good instead of 60 % (bench/mixer).
 */
const REAL_TIME_ENGINE_FLAGS = ['--single-threaded-gc', '--no-concurrent-recompilation'];

/** The command that gives a program SCHED_FIFO, empty when the system does not permit it (no chrt, no right, or a container without a budget). */
export async function realTimeCommand(): Promise<readonly string[]> {
  const command = ['chrt', '-f', FIFO_PRIORITY];
  try {
    await promisify(execFile)('chrt', [...command.slice(1), process.execPath, '--version']);
    return command;
  } catch {
    return [];
  }
}

/** Starts a module of this folder in a Node process of its own with an IPC channel; `config` is its one argument, as JSON. */
export function spawnNode(prefix: readonly string[], module: string, config: object): ChildProcess {
  const script = fileURLToPath(new URL(module, import.meta.url));
  const [command = process.execPath, ...args] = [
    ...prefix,
    process.execPath,
    ...(prefix.length > 0 ? REAL_TIME_ENGINE_FLAGS : []),
    script,
    JSON.stringify(config),
  ];
  return spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}
