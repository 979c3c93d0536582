import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, 'main.ts');

/** The document server as users start it, for tests that kill it. */
export async function startChild(file: string, ...more: string[]): Promise<{ child: ChildProcess; uri: string }> {
  const child = spawn(process.execPath, [MAIN, '--file', file, '--port', '0', ...more], { stdio: ['ignore', 'pipe', 'ignore'] });
  const line = String((await once(child.stdout, 'data'))[0]); // the first chunk of stdout
  return { child, uri: line.replace('listening on ', '').trim() };
}

/** Runs a maintenance command to its end. */
export function runMain(...options: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...options], { encoding: 'utf8' });
  return { code: status, output: `${stdout}${stderr}` };
}

/** Like `runMain`, without stopping this process meanwhile; resolves with the exit code. */
export async function startMain(...options: string[]): Promise<number | null> {
  const [code] = (await once(spawn(process.execPath, [MAIN, ...options], { stdio: 'ignore' }), 'exit')) as [number | null]; // its first argument
  return code;
}
