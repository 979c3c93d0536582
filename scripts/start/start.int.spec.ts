import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const HTTP_PORT = 8_380;

interface Start {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly output: () => string;
}

describe('npm start', () => {
  let folder: string;
  let timeoutBefore: number;

  beforeAll(() => {
    timeoutBefore = jasmine.DEFAULT_TIMEOUT_INTERVAL;
    jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;
  });
  afterAll(() => {
    jasmine.DEFAULT_TIMEOUT_INTERVAL = timeoutBefore;
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'kakehashi-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function start(environment: Record<string, string> = {}, args: readonly string[] = []): Start {
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      HTTP_PORT: String(HTTP_PORT),
      SIP_WS_PORT: String(HTTP_PORT + 1),
      INTERNAL_PORT_BASE: '18380',
      MEDIA_PORT_OFFSET: '5000',
      DATA_DIR: path.join(folder, 'data'),
      RECORDINGS_DIR: path.join(folder, 'recordings'),
      CARRIER_VOICE: 'tone',
      ...environment,
    };
    const child = spawn(process.execPath, [path.join(root, 'scripts/start/main.ts'), ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return { child, ended: new Promise((resolve) => child.once('exit', resolve)), output: () => output };
  }

  /** Processes of this test's start that are still there, found by the folder in their command line or environment. */
  function leftRunning(): string[] {
    const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
    return numbers.flatMap((number) => {
      try {
        const command = readFileSync(`/proc/${number}/cmdline`, 'utf8');
        const environment = readFileSync(`/proc/${number}/environ`, 'utf8');
        return command !== '' && (command + environment).includes(folder) ? [command.replaceAll('\0', ' ')] : [];
      } catch {
        return [];
      }
    });
  }

  async function untilNothingRuns(): Promise<void> {
    for (let attempt = 0; attempt < 100 && leftRunning().length > 0; attempt += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(leftRunning()).toEqual([]);
  }

  async function untilOutput(started: Start, text: string): Promise<void> {
    while (!started.output().includes(text)) {
      if (started.child.exitCode !== null) throw new Error(`ended before "${text}":\n${started.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('says which port is busy and which setting moves it, and leaves nothing running', async () => {
    const squatter = await listen(HTTP_PORT);
    const started = start();
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain(`TCP port ${HTTP_PORT} on 127.0.0.1 is used by another program`);
    expect(started.output()).toContain('HTTP_PORT');
    expect(leftRunning()).toEqual([]);
    squatter.close();
  });

  it('names a configured server that does not answer, without its password, and leaves nothing running', async () => {
    const started = start({ MONGODB_URI: 'mongodb://kakehashi:secret-word@127.0.0.1:1/kakehashi' });
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain('The database at mongodb://127.0.0.1:1 does not answer: configured (MONGODB_URI)');
    expect(started.output()).not.toContain('secret-word');
    await untilNothingRuns();
  });

  it('says that the disk is full before anything is written', async () => {
    if (process.getuid?.() !== 0) pending('mounting a small disk needs root');
    const disk = path.join(folder, 'disk');
    execFileSync('mkdir', [disk]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      const started = start({ DATA_DIR: path.join(disk, 'data') });
      expect(await started.ended).toBe(1);
      expect(started.output()).toMatch(/The disk that holds .* is full/);
      expect(leftRunning()).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('refuses an option that it does not know', async () => {
    const started = start({}, ['--lam']);
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain('Known options');
  });

  it('does not delete anything when nobody can be asked', async () => {
    const started = start({}, ['--reset']);
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain('asks before it deletes');
  });

  it('starts everything, keeps its secrets to the owner, refuses a second start on the same data, and Ctrl-C stops all of it', async () => {
    const started = start();
    await untilOutput(started, `Open http://127.0.0.1:${HTTP_PORT}`);
    expect(started.output()).toContain('embedded/carrier');
    expect(started.output()).toMatch(/agent\s+k1207/);
    expect(statSync(path.join(folder, 'data', 'secrets.json')).mode & 0o077).toBe(0);
    expect((await fetch(`http://127.0.0.1:${HTTP_PORT}/readyz`)).status).toBe(200);

    const second = start({ HTTP_PORT: '8390', SIP_WS_PORT: '8391', INTERNAL_PORT_BASE: '18400' });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('already runs');
    const resetting = start({}, ['--reset']);
    expect(await resetting.ended).toBe(1);
    expect(statSync(path.join(folder, 'data', 'documents.sqlite')).size).toBeGreaterThan(0);

    started.child.kill('SIGINT');
    expect(await started.ended).toBe(0);
    await untilNothingRuns();
  });

  it('takes everything down with it when it is killed without a chance to say goodbye', async () => {
    const started = start();
    await untilOutput(started, 'Open http');
    started.child.kill('SIGKILL');
    await started.ended;
    await untilNothingRuns();
  });
});

function listen(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
