import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { createClient } from 'redis';
import { FACT_STREAM, FactEnvelope, commandStream, factWatermark, phoneCredential } from '#contracts/gateway.contract';
import type { CommandReply, Fact, FactOf, GatewayCommand, StoredCredential } from '#contracts/gateway.contract';
import { GatewayId, UserId } from '#contracts/ids.contract';
import { newKeyFile } from '#vault/key-ring';
import { startGateway } from '../app.ts';
import type { Gateway } from '../app.ts';
import { loadConfig } from '../config.ts';
import { readRecording } from './read-recording.ts';
import type { DecodedRecording } from './read-recording.ts';
import { openStageSipServer } from './stage-sip-server.ts';
import type { StageSipServer } from './stage-sip-server.ts';

/** Everything a gateway talks to, real, on free ports of the loopback, in a folder of its own. */
export const REALM = 'kakehashi.test';
const HOST = '127.0.0.1';
const gatewayId = GatewayId.parse('gateway-test');
/** A recording is packed by a process of low priority before its fact comes. */
const FACT_LIMIT_MS = 12_000;

export function createStageRedis(port: number) {
  const client = createClient({ url: `redis://${HOST}:${port}`, socket: { reconnectStrategy: 50 } });
  client.on('error', () => undefined);
  return client;
}

export class GatewayStage {
  readonly logLines: string[] = [];
  folder = '';
  redisPort = 0;
  carrierPort = 0;
  childAdminPort = 0;
  sip!: StageSipServer;
  redis!: ReturnType<typeof createStageRedis>;
  /** Set once `open` has succeeded. */
  gateway!: Gateway;
  #ngPort = 0;
  #mediaPort = 0;
  #redisProcess: ChildProcess | null = null;
  #rtpengine: ChildProcess | null = null;

  /** `carrierPort`: where the carrier under test listens for SIP. */
  async open(carrierPort: number): Promise<void> {
    this.carrierPort = carrierPort;
    this.folder = await mkdtemp(join(tmpdir(), 'kk-gateway-'));
    await writeFile(join(this.folder, 'vault-keys.json'), JSON.stringify(newKeyFile('stage')), { mode: 0o600 });
    [this.redisPort, this.#ngPort] = [await freeTcpPort(), await freeUdpPort()];
    this.childAdminPort = await freeTcpPort();
    this.#mediaPort = 20_000 + Math.floor(Math.random() * 120) * 100;
    await this.startRedis();
    this.redis = createStageRedis(this.redisPort);
    await this.redis.connect();
    await this.startRtpengine();
    this.sip = await openStageSipServer();
    await this.startGateway();
  }

  async close(): Promise<void> {
    // When `open` failed half-way, what it did start must still go.
    await (this.gateway as Gateway | undefined)?.close();
    await (this.sip as StageSipServer | undefined)?.close();
    (this.redis as GatewayStage['redis'] | undefined)?.destroy();
    await stop(this.#rtpengine);
    await stop(this.#redisProcess);
    await rm(this.folder, { recursive: true, force: true });
  }

  async startRedis(): Promise<void> {
    this.#redisProcess = spawn(
      'redis-server',
      ['--port', String(this.redisPort), '--bind', HOST, '--save', '', '--appendonly', 'no', '--dir', this.folder],
      {
        stdio: 'ignore',
      },
    );
    await waitFor(() => isTcpOpen(this.redisPort), 'Redis');
  }

  /** Kills Redis without a word; everything in it is lost. */
  async killRedis(): Promise<void> {
    await stop(this.#redisProcess, 'SIGKILL');
  }

  async startRtpengine(): Promise<void> {
    const ports = [`--port-min=${this.#mediaPort}`, `--port-max=${this.#mediaPort + 99}`];
    this.#rtpengine = spawn(
      'rtpengine',
      [
        '--config-file=none',
        '--table=-1',
        `--interface=${HOST}`,
        `--listen-ng=${HOST}:${this.#ngPort}`,
        ...ports,
        '--foreground',
        '--log-stderr',
        '--log-level=3',
        '--num-threads=1',
      ],
      { stdio: 'ignore' },
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  async killRtpengine(): Promise<void> {
    await stop(this.#rtpengine, 'SIGKILL');
  }

  /** Where rtpengine may listen for RTP, for speaking uninvited. */
  rtpPorts(): number[] {
    return Array.from({ length: 50 }, (_, index) => this.#mediaPort + 2 * index);
  }

  /** Drops every dialog without a word, and starts again on the same ports. */
  async restartSip(): Promise<void> {
    this.sip = await this.sip.restart();
  }

  async startGateway(): Promise<void> {
    const log = pino({ level: 'debug' }, { write: (line: string) => this.logLines.push(line) });
    this.gateway = await startGateway(loadConfig({ ...this.environment(), ADMIN_PORT: '0' }), log);
  }

  async restartGateway(): Promise<void> {
    await this.gateway.close();
    await this.startGateway();
  }

  /** What a gateway in a process of its own needs. */
  environment(): Record<string, string> {
    const mixerPort = this.#mediaPort + 12_000;
    return {
      GATEWAY_ID: gatewayId,
      REDIS_URL: `redis://${HOST}:${this.redisPort}`,
      DRACHTIO_HOST: this.sip.addresses.control.host,
      DRACHTIO_PORT: String(this.sip.addresses.control.port),
      DRACHTIO_SECRET: this.sip.secret,
      RTPENGINE_HOST: HOST,
      RTPENGINE_NG_PORT: String(this.#ngPort),
      SIP_TRUNK: `${HOST}:${this.carrierPort}`,
      SIP_DOMAIN: REALM,
      MIXER_ADDRESS: HOST,
      MIXER_PORT_MIN: String(mixerPort),
      MIXER_PORT_MAX: String(mixerPort + 99),
      RECORDINGS_DIR: join(this.folder, 'recordings'),
      VAULT_KEY_FILE: join(this.folder, 'vault-keys.json'),
      RUN_DIR: join(this.folder, 'run'),
      JOURNAL_FILE: join(this.folder, 'facts.jsonl'),
      ADMIN_PORT: String(this.childAdminPort),
      LOG_LEVEL: 'debug',
    };
  }

  /** Opens and decodes a recording that is ready. */
  async readRecording(file: string): Promise<DecodedRecording> {
    return await readRecording(join(this.folder, 'recordings'), file, join(this.folder, 'vault-keys.json'));
  }

  /** The process ids of the mixer and recorder this spec's gateway started, found by their parent. */
  mixerPids(): { mixer: number; recorder: number } {
    const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' }).split('\n');
    const pidOf = (script: string): number => Number(/^\s*(\d+)/.exec(children.find((line) => line.includes(script)) ?? '')?.[1]);
    return { mixer: pidOf('mixer/main.ts'), recorder: pidOf('recorder/main.ts') };
  }

  async health(port = this.gateway.adminPort): Promise<{ ok: boolean; rtpengine: boolean }> {
    const response = await fetch(`http://${HOST}:${port}/healthz`);
    return (await response.json()) as { ok: boolean; rtpengine: boolean };
  }

  /** Every fact published so far, without repetitions, in order. */
  async facts(): Promise<FactEnvelope[]> {
    const entries = await this.redis.xRange(FACT_STREAM, '-', '+');
    const envelopes = (entries ?? []).map(({ message }) => FactEnvelope.parse(JSON.parse(message['fact'] ?? '')));
    return [...new Map(envelopes.map((envelope) => [envelope.number, envelope])).values()];
  }

  /** Waits for a fact of this type that fits. */
  async fact<Type extends Fact['type']>(type: Type, fits: (fact: FactOf<Type>) => boolean = () => true): Promise<FactOf<Type>> {
    let found: FactOf<Type> | undefined;
    await waitFor(
      async () => {
        const facts = (await this.facts()).map(({ fact }) => fact);
        found = facts.filter((fact): fact is FactOf<Type> => fact.type === type).find(fits);
        return found !== undefined;
      },
      `the fact ${type}`,
      FACT_LIMIT_MS,
    );
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  async noteStored(number: number): Promise<void> {
    await this.redis.set(factWatermark(gatewayId), String(number));
  }

  /** Sends a command as the server does and waits for its reply. */
  async command(command: GatewayCommand, options: { id?: string; deadlineMs?: number } = {}): Promise<CommandReply> {
    const id = options.id ?? randomUUID();
    const replyTo = `replies:${randomUUID()}`;
    const deadline = new Date(Date.now() + (options.deadlineMs ?? 2_000)).toISOString();
    await this.redis.xAdd(commandStream(gatewayId), '*', { command: JSON.stringify({ id, deadline, replyTo, command }) });
    return this.reply(replyTo);
  }

  async rawCommand(text: string): Promise<void> {
    await this.redis.xAdd(commandStream(gatewayId), '*', { command: text });
  }

  async reply(replyTo: string): Promise<CommandReply> {
    let reply: string | null = null;
    await waitFor(async () => (reply = await this.redis.lPop(replyTo)) !== null, 'a reply');
    return JSON.parse(reply ?? '') as CommandReply;
  }

  /** Issues a phone credential as the server does. */
  async issueCredential(
    user: string,
    overrides: Partial<StoredCredential> = {},
  ): Promise<{ username: string; password: string }> {
    const username = `phone-${randomUUID()}`;
    const password = randomUUID();
    const credential: StoredCredential = {
      userId: UserId.parse(user),
      ha1: createHash('md5').update(`${username}:${REALM}:${password}`).digest('hex'),
      realm: REALM,
      address: HOST,
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      ...overrides,
    };
    await this.redis.set(phoneCredential(username), JSON.stringify(credential));
    return { username, password };
  }

  async state(): Promise<{
    calls: { callId: string; phase: string }[];
    phones: { userId: string; inCall: boolean }[];
    dialogs: number;
    mixer: { legs: { leg: string }[]; recordings: string[] };
    rtpengineCalls: number;
  }> {
    const response = await fetch(`http://${HOST}:${this.gateway.adminPort}/state`);
    return (await response.json()) as Awaited<ReturnType<GatewayStage['state']>>;
  }
}

/** Polls until true; fails the spec with a sentence after 5 s. */
export async function waitFor(isTrue: () => Promise<boolean> | boolean, what: string, limitMs = 5_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function stop(child: ChildProcess | null, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function isTcpOpen(port: number): Promise<boolean> {
  const client = createStageRedis(port);
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
