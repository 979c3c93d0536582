import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKeyFile } from '#vault/key-ring';
import { startDocumentServer, type DocumentServer } from '../../../embedded/mongo/src/document-server.ts';
import { App } from '../app.ts';
import { loadConfig } from '../config.ts';
import { seedDemo } from '../demo/seed-demo.ts';
import { createLogger } from '../platform/logging/logger.ts';
import { Desk } from './desk.ts';
import { FakeGateway } from './fake-gateway.ts';
import { RedisProcess } from './redis-process.ts';

export const PASSWORD = 'demo-password';
const ORIGIN = 'http://localhost:4200';

export interface StackOptions {
  /** Rules of the inbound queue, as in QUEUE_FILE. */
  queue?: object;
  hours?: 'demo' | 'statute';
}

/** A whole server for integration specs: real redis-server, the embedded document server, demonstration data, a fake gateway. */
export class StackFixture {
  readonly redis = new RedisProcess();
  readonly logLines: string[] = [];
  #folder = '';
  #port = 0;
  #documents: DocumentServer | null = null;
  #app: App | null = null;
  #gateway: FakeGateway | null = null;
  readonly #desks: Desk[] = [];
  readonly #options: StackOptions;

  constructor(options: StackOptions = {}) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'kakehashi-server-'));
    await mkdir(this.recordings);
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeFile(join(this.#folder, 'signing-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(join(this.#folder, 'queue.json'), JSON.stringify(this.#options.queue ?? {}));
    await writeFile(this.vaultKeyFile, JSON.stringify(newKeyFile('stack')), { mode: 0o600 });
    [this.#documents] = await Promise.all([
      startDocumentServer({ file: join(this.#folder, 'documents.sqlite'), port: 0, relaxed: true }),
      this.redis.start(),
    ]);
    this.#gateway = new FakeGateway(this.redis.url);
    await this.#gateway.start();
    await this.startApp();
    await seedDemo(this.app.stores, { password: PASSWORD, now: new Date() });
  }

  async stop(): Promise<void> {
    for (const desk of this.#desks) desk.close();
    await this.#app?.close();
    await this.#gateway?.stop();
    await this.#documents?.close();
    await this.redis.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Starts the server process's contents; `stopApp` before it makes a restart. */
  async startApp(): Promise<void> {
    const uri = new URL(this.#documents?.uri ?? '');
    uri.pathname = '/kakehashi';
    const config = loadConfig({
      HTTP_PORT: String(this.#port),
      PUBLIC_ORIGIN: ORIGIN,
      MONGODB_URI: uri.href,
      REDIS_URL: this.redis.url,
      SESSION_SECRET: 'x'.repeat(32),
      PHONE_WEBSOCKET_URI: 'ws://127.0.0.1:5066',
      SIP_DOMAIN: 'kakehashi.invalid',
      RECORDINGS_DIR: this.recordings,
      VAULT_KEY_FILE: this.vaultKeyFile,
      SIGNING_KEY_FILE: join(this.#folder, 'signing-key.pem'),
      CALLING_HOURS: this.#options.hours ?? 'demo',
      QUEUE_FILE: join(this.#folder, 'queue.json'),
      DEMO: 'true',
      LOG_LEVEL: 'trace',
    });
    this.#app = await App.start(config, createLogger(config.LOG_LEVEL, { write: (line) => void this.logLines.push(line) }));
    this.#port = this.#app.port;
  }

  async stopApp(): Promise<void> {
    await this.#app?.close();
  }

  get app(): App {
    if (this.#app === null) throw new Error('not started');
    return this.#app;
  }

  get gateway(): FakeGateway {
    if (this.#gateway === null) throw new Error('not started');
    return this.#gateway;
  }

  get recordings(): string {
    return join(this.#folder, 'recordings');
  }

  get vaultKeyFile(): string {
    return join(this.#folder, 'vault-keys.json');
  }

  /** A browser that is not logged in. */
  visitor(): Desk {
    const desk = new Desk(`http://127.0.0.1:${this.app.port}`, ORIGIN);
    this.#desks.push(desk);
    return desk;
  }

  /** A browser that is logged in and listens. */
  async desk(userNumber: string): Promise<Desk> {
    const desk = this.visitor();
    const { status } = await desk.logIn(userNumber, PASSWORD);
    if (status !== 200) throw new Error(`log-in answered ${status}`);
    await desk.connect();
    return desk;
  }
}

/** Waits until `read` answers something that is neither undefined, null nor false. */
export async function eventually<T>(read: () => T | Promise<T>, timeoutMs = 8_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + timeoutMs; Date.now() < end;) {
    const value = await read();
    if (value !== undefined && value !== null && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`It did not happen within ${timeoutMs} ms: ${read.toString()}`);
}
