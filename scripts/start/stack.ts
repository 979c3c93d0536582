import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { applicationOrigin, server, serverEnvironment, type ServerNeeds } from './components/server.ts';
import { carrier } from './components/carrier.ts';
import { database } from './components/database.ts';
import { gateway } from './components/gateway.ts';
import { mediaRelay } from './components/media-relay.ts';
import { redis } from './components/redis.ts';
import { sipServer } from './components/sip-server.ts';
import type { Component } from './component.ts';
import { claimDataFolder, ensureRecordingKeys, loadSecrets, prepareFolders, type Secrets } from './data-folder.ts';
import { StartFailure } from './failure.ts';
import { requireFreePorts } from './free-port.ts';
import { ensureCertificates, type Certificates } from './lan-certificates.ts';
import { ManagedProcess, type ProcessNews } from './managed-process.ts';
import type { Settings } from './settings.ts';

const HEALTHY_WITHIN_MS = 30_000;
/** A configured server that is there answers at once; nobody should wait half a minute to learn that it is not. */
const CONFIGURED_ANSWERS_WITHIN_MS = 8_000;
const PROBE_EVERY_MS = 60;

export interface StackNews extends ProcessNews {
  onReady(component: Component): void;
}

/** The running system: what was started, and how to reach it. */
export interface RunningStack {
  readonly components: readonly Component[];
  readonly origin: string;
  readonly secrets: Secrets;
  readonly certificates: Certificates | undefined;
  /** The process of a component that runs here, by name. */
  pidOf(name: string): number | undefined;
  stop(): Promise<void>;
}

/**
 * Starts every component and resolves once all are healthy.
 * On any failure it stops what it had started and throws a StartFailure with one clear sentence.
 */
export async function startStack(settings: Settings, news: StackNews): Promise<RunningStack> {
  prepareFolders(settings);
  const release = claimDataFolder(settings);
  const starter = new Starter(settings, news);
  try {
    const secrets = loadSecrets(settings);
    ensureRecordingKeys(settings);
    const certificates = settings.lanAddress ? await ensureCertificates(settings, settings.lanAddress) : undefined;
    const plan = planComponents(settings, secrets, certificates);
    await requireFreePorts([...plan.foundation, ...plan.product].flatMap((component) => component.claims ?? []));
    await starter.bringUp(plan.foundation);
    seedDemoData(settings, plan.serverNeeds);
    await starter.bringUp(plan.product);
    return {
      components: [...plan.foundation, ...plan.product],
      origin: applicationOrigin(settings),
      secrets,
      certificates,
      pidOf: (name) => starter.pidOf(name),
      stop: async () => {
        await starter.stop();
        release();
      },
    };
  } catch (error) {
    await starter.stop();
    release();
    throw error;
  }
}

function planComponents(settings: Settings, secrets: Secrets, certificates: Certificates | undefined) {
  const documents = database(settings);
  const memory = redis(settings);
  const relay = mediaRelay(settings);
  const sip = sipServer(settings, secrets, certificates);
  const outside = carrier(settings);
  const serverNeeds: ServerNeeds = {
    mongodbUri: documents.uri,
    redisUrl: memory.url,
    webSocketUri: sip.webSocketUri,
    secrets,
    certificates,
  };
  return {
    serverNeeds,
    foundation: [documents.component, memory.component, relay.component, sip.component, outside.component],
    product: [gateway(settings, { redisUrl: memory.url, sip, relay, trunk: outside.trunk }), server(settings, serverNeeds)],
  };
}

/** Fills an empty database with synthetic residents and accounts; does nothing to one that holds data. */
function seedDemoData(settings: Settings, needs: ServerNeeds): void {
  const env = { PATH: process.env['PATH'], LANG: 'C.UTF-8', TZ: 'Asia/Tokyo', ...serverEnvironment(settings, needs) };
  const seed = spawnSync(process.execPath, ['server/src/demo/seed.ts'], { cwd: settings.root, env, encoding: 'utf8' });
  if (seed.status !== 0)
    throw new StartFailure(`The demonstration data could not be written: ${seed.stderr.trim().split('\n').at(-1) ?? ''}`);
}

/** Starts components side by side, waits for their health, and stops them in the reverse order. */
class Starter {
  readonly #settings: Settings;
  readonly #news: StackNews;
  readonly #processes: ManagedProcess[] = [];

  constructor(settings: Settings, news: StackNews) {
    this.#settings = settings;
    this.#news = news;
  }

  async bringUp(components: readonly Component[]): Promise<void> {
    const results = await Promise.allSettled(components.map((component) => this.#bringUpOne(component)));
    const failures = results.filter((result) => result.status === 'rejected').map((result) => result.reason as Error);
    const unexpected = failures.find((failure) => !(failure instanceof StartFailure));
    if (unexpected) throw unexpected;
    if (failures.length > 0) throw new StartFailure(failures.map((failure) => failure.message).join('\n'));
  }

  pidOf(name: string): number | undefined {
    return this.#processes.find((process) => process.component.name === name)?.pid;
  }

  async stop(): Promise<void> {
    for (const process of this.#processes.reverse().splice(0)) await process.stop();
  }

  async #bringUpOne(component: Component): Promise<void> {
    const process =
      component.launch && new ManagedProcess(component, component.launch, path.join(this.#settings.dataDir, 'logs'), this.#news);
    if (process) {
      this.#processes.push(process);
      process.start();
    }
    await this.#untilHealthy(component, process);
    await component.afterStart?.();
    process?.markUp();
    this.#news.onReady(component);
  }

  async #untilHealthy(component: Component, process: ManagedProcess | undefined): Promise<void> {
    const deadline = Date.now() + (process ? HEALTHY_WITHIN_MS : CONFIGURED_ANSWERS_WITHIN_MS);
    while (Date.now() < deadline) {
      if (await component.probe().catch(() => false)) return;
      if (process?.hasEnded) break;
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
    }
    if (!process)
      throw new StartFailure(
        `The ${component.name} at ${component.address} does not answer: ${component.implementation}. Start it, or correct the setting.`,
      );
    const why = process.hasEnded ? 'ended at once' : `was not ready within ${HEALTHY_WITHIN_MS / 1_000} s`;
    throw new StartFailure(`The ${component.name} (${component.implementation}) ${why}: ${process.lastWords()}`);
  }
}
