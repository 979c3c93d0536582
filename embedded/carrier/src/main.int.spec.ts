import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestGateway } from './test-gateway.ts';

interface Program {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  readonly exitCode: Promise<number | null>;
}

const started: ChildProcess[] = [];

function run(script: string, args: readonly string[], environment: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, [`${import.meta.dirname}/${script}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  started.push(child);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  // `exit` reports the code first, or null after a signal.
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  return { process: child, output: () => output, errors: () => errors, exitCode };
}

interface Place {
  readonly sip?: number;
  readonly gateway?: number;
  readonly control?: number;
}

function carrierArguments({ sip = 0, gateway = 9, control = 0 }: Place): string[] {
  const at = (port: number): string => `127.0.0.1:${port}`;
  return ['--sip', at(sip), '--gateway', at(gateway), '--control', at(control), '--rtp-ports', '28440-28459', '--voice', 'tone'];
}

async function runCarrier(place: Place): Promise<Program & { readonly sip: string; readonly control: string }> {
  const program = run('main.ts', carrierArguments(place), { CARRIER_ANSWER_MS: '50' });
  for (let waitedMs = 0; !program.output().includes('"listening"'); waitedMs += 20) {
    if (waitedMs > 10_000) throw new Error(`the carrier did not start: ${program.errors()}`);
    await sleep(20);
  }
  const line =
    program
      .output()
      .split('\n')
      .find((text) => text.includes('"listening"')) ?? '{}';
  const { sip, control } = JSON.parse(line) as { sip: string; control: string };
  return { ...program, sip, control };
}

describe('the carrier process', () => {
  afterEach(() => {
    for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  });

  it('says in one sentence that its SIP port is taken', async () => {
    const other = createSocket('udp4').bind(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address();
    const program = run('main.ts', carrierArguments({ sip: port }));
    expect(await program.exitCode).toBe(1);
    expect(program.errors()).toBe(`The carrier cannot start: port ${port} is in use by another program.\n`);
    other.close();
  }, 15_000);

  it('says in one sentence that its control port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const program = run('main.ts', carrierArguments({ control: port }));
    expect(await program.exitCode).toBe(1);
    expect(program.errors()).toBe(`The carrier cannot start: port ${port} is in use by another program.\n`);
    other.close();
  }, 15_000);

  it('says what is wrong with its arguments', async () => {
    const program = run('main.ts', ['--sip', 'nowhere']);
    expect(await program.exitCode).toBe(1);
    expect(program.errors()).toMatch(/^The carrier cannot start: --sip must be .*\.\n$/);
  }, 15_000);

  it('hangs up and ends with 0 on SIGTERM, and never logs a number', async () => {
    const gateway = await TestGateway.start();
    try {
      const carrier = await runCarrier({ gateway: gateway.port });
      const call = await gateway.dial(`sip:09000000120@${carrier.sip}`);
      expect(call.responses.at(-1)?.status).toBe(200);
      carrier.process.kill('SIGTERM');
      expect(await carrier.exitCode).toBe(0);
      expect(call.isGone).toBeTrue();
      expect(carrier.output() + carrier.errors()).not.toMatch(/0900000|0220001100|sip:/);
    } finally {
      await gateway.close();
    }
  }, 15_000);

  it('rings in from the command line and says what became of it', async () => {
    const gateway = await TestGateway.start();
    try {
      const carrier = await runCarrier({ gateway: gateway.port });
      gateway.takeCalls((arrival) => {
        arrival.res.send(180);
        setTimeout(() => void gateway.answer(arrival).then((call) => setTimeout(() => void call.hangUp(), 700)), 500);
      });
      const ringing = run('ring.ts', [], { CARRIER_CONTROL: carrier.control });
      expect(await ringing.exitCode).toBe(0);
      expect(ringing.output()).toMatch(
        /^It rings at the city\.\nAnswered after 0\.\d s of ringing\. .*\nThey talked for 0\.\d s; the city hung up\.\n$/,
      );

      gateway.takeCalls(({ res }) => res.send(486));
      const refused = run('ring.ts', ['09000000124', '0220001100'], { CARRIER_CONTROL: carrier.control });
      expect(await refused.exitCode).toBe(1);
      expect(refused.output()).toBe('The city did not take the call (SIP 486).\n');

      const wrong = run('ring.ts', ['0900'], { CARRIER_CONTROL: carrier.control });
      expect(await wrong.exitCode).toBe(1);
      expect(wrong.errors()).toBe('The carrier refused the call: from and to must be complete numbers in national form.\n');

      carrier.process.kill('SIGTERM');
      expect(await carrier.exitCode).toBe(0);
      const alone = run('ring.ts', [], { CARRIER_CONTROL: carrier.control });
      expect(await alone.exitCode).toBe(1);
      expect(alone.errors()).toBe('The carrier does not answer on its control address. Start it first.\n');
    } finally {
      await gateway.close();
    }
  }, 20_000);
});
