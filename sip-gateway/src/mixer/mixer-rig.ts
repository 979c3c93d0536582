import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { Logger } from 'pino';
import type { LegId, LegQuality, RecordingChannel } from '../ports/mixer.port.ts';
import type { PackedRecording } from '#contracts/recordings.contract';
import { readChain } from '#vault/hash-chain';
import type { ChainEntry } from '#vault/hash-chain';
import { newKeyFile } from '#vault/key-ring';
import { readRecording } from '../testing/read-recording.ts';
import type { DecodedRecording } from '../testing/read-recording.ts';
import { MixerProcess } from './mixer-process.ts';
import { RtpPeer } from './rtp-peer.ts';

/** Each rig of a test run takes its own slice; legs skip ports that others hold. */
const FIRST_PORT = 36_000;
const PORTS_PER_RIG = 64;
let rigs = 0;

export interface RigOptions {
  readonly portCount?: number;
  readonly folder?: string;
  readonly logger?: Logger;
  readonly soundsDir?: string;
  readonly workers?: number;
}

/** A real mixer with real recorder and peers, for integration tests; `close` leaves nothing behind. */
export class MixerRig {
  readonly mixer: MixerProcess;
  readonly folder: string;
  /** Every event, as `name argument argument`. */
  readonly events: string[] = [];
  readonly sealed: PackedRecording[] = [];
  readonly qualities = new Map<LegId, LegQuality[]>();
  /** The levels told last. */
  levels: Readonly<Record<LegId, number>> = {};
  readonly #peers: RtpPeer[] = [];

  private constructor(mixer: MixerProcess, folder: string) {
    this.mixer = mixer;
    this.folder = folder;
    mixer.listen({
      onDigit: (leg, digit) => this.events.push(`digit ${leg} ${digit}`),
      onFlow: (leg, flow) => this.events.push(`flow ${leg} ${flow}`),
      onPlayed: (leg, sound) => this.events.push(`played ${leg} ${sound}`),
      onLevels: (levels) => (this.levels = levels),
      onQuality: (leg, quality) => this.qualities.set(leg, [...(this.qualities.get(leg) ?? []), quality]),
      onRecordingFailed: (recording, reason) => this.events.push(`failed ${recording} ${reason}`),
      onLost: (process) => this.events.push(`lost ${process}`),
      onRecordingRepaired: ({ file }) => this.events.push(`repaired ${file}`),
      onRecordingSealed: (recording) => this.sealed.push(recording),
      onRecordingEmpty: (file) => this.events.push(`empty ${file}`),
      onRecordingUnpacked: (file) => this.events.push(`unpacked ${file}`),
    });
  }

  static async start(options: RigOptions = {}): Promise<MixerRig> {
    const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'mixer-rig-')));
    const portMin = FIRST_PORT + rigs * PORTS_PER_RIG;
    rigs += 1;
    const mixer = new MixerProcess({
      address: '127.0.0.1',
      portMin,
      portMax: portMin + (options.portCount ?? PORTS_PER_RIG) - 1,
      recordingsDir: path.join(folder, 'recordings'),
      runDir: path.join(folder, 'run'),
      keyFile: await keyFileIn(folder),
      packRetryDelaysMs: [200],
      ...(options.soundsDir !== undefined && { soundsDir: options.soundsDir }),
      workers: options.workers ?? 1,
      realTime: 'try',
      logger: options.logger ?? pino({ level: 'silent' }),
    });
    const rig = new MixerRig(mixer, folder);
    try {
      await mixer.start();
    } catch (error) {
      if (!options.folder) await rig.close();
      throw error;
    }
    return rig;
  }

  /** Opens a leg with a peer on it that sends this tone. */
  async join(leg: string, hz: number): Promise<RtpPeer> {
    const peer = await RtpPeer.open();
    this.#peers.push(peer);
    const address = await this.mixer.openLeg(leg);
    await this.mixer.connectLeg(leg, peer.address, null);
    peer.sendTone(hz, address);
    return peer;
  }

  /** Lets these two hear each other. */
  async joinTwo(a: string, b: string): Promise<void> {
    await this.mixer.setHearing([
      { leg: a, from: { [b]: 1 }, source: 'silence' },
      { leg: b, from: { [a]: 1 }, source: 'silence' },
    ]);
  }

  file(name: string): string {
    return path.join(this.folder, 'recordings', name);
  }

  /** Whether there is a file of this name in the recordings folder. */
  hasFile(name: string): boolean {
    return existsSync(this.file(name));
  }

  /** The chain of hashes, entry by entry. */
  async chain(): Promise<ChainEntry[]> {
    const entries: ChainEntry[] = [];
    for await (const entry of readChain(this.file('chain.jsonl'))) entries.push(entry);
    return entries;
  }

  /** Waits until a recording is sealed, then opens and decodes it. */
  async readRecording(file: string): Promise<DecodedRecording> {
    await waitFor(
      () => this.sealed.some((recording) => recording.file === file),
      10_000,
      () => `${file} was not sealed`,
    );
    return await readRecording(path.join(this.folder, 'recordings'), file, path.join(this.folder, 'vault-keys.json'));
  }

  /** Resolves when an event has come. @throws Error after `timeoutMs` */
  async until(event: string, timeoutMs = 8000): Promise<void> {
    await waitFor(
      () => this.events.includes(event),
      timeoutMs,
      () => `no event '${event}' among [${this.events.join(', ')}]`,
    );
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close();
    await this.mixer.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** One channel per leg, named like it. */
export function channelsOf(...legs: readonly LegId[]): RecordingChannel[] {
  return legs.map((leg) => ({ name: leg, leg }));
}

/** Waits for a condition of the outside world. @throws Error after `timeoutMs` */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  complain: () => string,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(complain());
    await sleep(10);
  }
}

/** The master keys of a test folder, made when it has none. */
async function keyFileIn(folder: string): Promise<string> {
  const file = path.join(folder, 'vault-keys.json');
  // A rig that takes over a folder needs the keys it was sealed with.
  await writeFile(file, JSON.stringify(newKeyFile('test')), { flag: 'wx', mode: 0o600 }).catch(() => undefined);
  return file;
}
