import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

function run(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [MAIN, ...args], { env: { DRACHTIO_SECRET: 's' }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function firstLine(stream: Readable): Promise<string> {
  for await (const chunk of stream) return String(chunk).split('\n')[0] ?? '';
  return '';
}

describe('The SIP server as a process', () => {
  it('says where it listens, shows its counters, refuses a taken port in one sentence and ends on SIGTERM', async () => {
    const server = run(['--sip-udp', '127.0.0.1:0', '--control', '127.0.0.1:0', '--admin', '127.0.0.1:0']);
    const line = await firstLine(server.stdout);
    expect(line).toMatch(/^listening udp=127\.0\.0\.1:\d+ admin=127\.0\.0\.1:\d+ control=127\.0\.0\.1:\d+$/);
    const placeOf = (name: string): string => new RegExp(`${name}=(\\S+)`).exec(line)?.[1] ?? '';
    const reply = await fetch(`http://${placeOf('admin')}/`);
    expect(await reply.json()).toEqual({ transactions: 0, dialogs: 0, flows: 0, connections: 0, application: false });

    const second = run(['--sip-udp', placeOf('udp'), '--control', '127.0.0.1:0']);
    const ended = once(second, 'exit');
    expect(await firstLine(second.stderr)).toBe(`The SIP server cannot start: ${placeOf('udp')} is in use.`);
    expect((await ended)[0]).toBe(1);

    const stopped = once(server, 'exit');
    server.kill('SIGTERM');
    expect((await stopped)[0]).toBe(0);
  });
});
