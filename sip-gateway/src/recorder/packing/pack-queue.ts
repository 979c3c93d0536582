import type { Logger } from 'pino';
import type { ChannelName, PackedRecording } from '#contracts/recordings.contract';
import { IpcError } from '../../mixer/ipc/child-link.ts';
import { ChildSupervisor } from '../../mixer/ipc/child-supervisor.ts';
import { spawnNode } from '../../mixer/spawn-process.ts';
import { findSegments } from '../recording-names.ts';
import { PackerConfig, PackerEvent, packerRequests } from './packer-protocol.ts';

export interface PackQueueOptions {
  readonly recordingsDir: string;
  readonly keyFile: string;
  readonly ffmpeg: string;
  /** How long to wait before a recording that could not be packed is tried again; the last one again and again. */
  readonly retryDelaysMs?: readonly number[];
  /** It is sealed, in the chain, and its segments are gone. Told once, also when an earlier run had packed it without being able to say so. */
  readonly onPacked: (recording: PackedRecording) => void;
  /** Nothing of it was ever written. */
  readonly onEmpty: (file: string) => void;
  /** It could not be packed and will be tried again; its segments stay. Told at the first failure only. */
  readonly onTrouble: (file: string) => void;
  readonly logger: Logger;
}

const RETRY_DELAYS_MS = [5_000, 30_000, 120_000, 600_000] as const;
/** Ten hours of four parties, on a machine that is busy with calls. */
const PACK_TIMEOUT_MS = 4 * 3_600_000;
const FIND_TIMEOUT_MS = 30_000;

/** Packs what is written, one recording after another, in a process of low priority that may die at any moment. */
export class PackQueue {
  readonly #options: PackQueueOptions;
  readonly #waiting: string[] = [];
  readonly #enginePackets = new Map<string, Readonly<Record<ChannelName, number>>>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #packer: ChildSupervisor<typeof packerRequests, PackerEvent> | null = null;
  #isPacking = false;
  #idle: PromiseWithResolvers<undefined> | null = null;

  constructor(options: PackQueueOptions) {
    this.#options = options;
  }

  /** Process id of the packer, for diagnosis. */
  get pid(): number | undefined {
    return this.#packer?.pid;
  }

  /** Starts the packer and names what an earlier run left unpacked; `add` them when whoever listens is ready. */
  async start(): Promise<string[]> {
    const { recordingsDir, keyFile, ffmpeg, logger } = this.#options;
    const config = PackerConfig.parse({ recordingsDir, keyFile, ffmpeg });
    const packer = new ChildSupervisor({
      name: 'packer',
      requests: packerRequests,
      events: PackerEvent,
      spawn: () => spawnNode([], '../recorder/packing/main.ts', config),
      onEvent: () => undefined,
      onLost: () => undefined,
      logger,
    });
    this.#packer = packer;
    await packer.start();
    return [...(await findSegments(recordingsDir)).keys()].sort();
  }

  /** `enginePackets`: what the media engine received of each party while it was recorded, as far as that is known. */
  add(file: string, enginePackets?: Readonly<Record<ChannelName, number>>): void {
    if (enginePackets) this.#enginePackets.set(file, enginePackets);
    if (this.#waiting.includes(file)) return;
    this.#waiting.push(file);
    void this.#run();
  }

  /** How long a recording is that is not packed yet, in seconds. */
  async measure(file: string): Promise<number> {
    return (await this.#packer?.request('measure', { file }, FIND_TIMEOUT_MS).catch(() => 0)) ?? 0;
  }

  /** What is known of a recording that was sealed, perhaps by an earlier run; null when it was not. */
  async find(file: string): Promise<PackedRecording | null> {
    return (await this.#packer?.request('find', { file }, FIND_TIMEOUT_MS)) ?? null;
  }

  /** Resolves when nothing is waiting or being packed; what failed and waits for another try does not count. */
  async whenIdle(): Promise<void> {
    if (!this.#isPacking) return;
    this.#idle ??= Promise.withResolvers<undefined>();
    await this.#idle.promise;
  }

  /** Ends the packer at once. What is not packed is packed at the next start. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#waiting.length = 0;
    const packer = this.#packer;
    this.#packer = null;
    await packer?.stop();
  }

  async #run(): Promise<void> {
    if (this.#isPacking) return;
    this.#isPacking = true;
    for (let file = this.#waiting.shift(); file !== undefined; file = this.#waiting.shift()) await this.#pack(file);
    this.#isPacking = false;
    this.#idle?.resolve(undefined);
    this.#idle = null;
  }

  async #pack(file: string): Promise<void> {
    const packer = this.#packer;
    if (!packer) return;
    try {
      const packets = this.#enginePackets.get(file) ?? {};
      const packed = await packer.request('pack', { file, enginePackets: packets }, PACK_TIMEOUT_MS);
      this.#failures.delete(file);
      this.#enginePackets.delete(file);
      this.#tell(() => {
        if (packed) this.#options.onPacked(packed);
        else this.#options.onEmpty(file);
      });
    } catch (error) {
      if (this.#packer !== null) this.#retryLater(file, error);
    }
  }

  #retryLater(file: string, error: unknown): void {
    const failures = (this.#failures.get(file) ?? 0) + 1;
    this.#failures.set(file, failures);
    const code = error instanceof IpcError ? error.code : 'unknown';
    const delays = this.#options.retryDelaysMs ?? RETRY_DELAYS_MS;
    // A packer that was killed is replaced at once, and the recording is not to blame the first time.
    const delayMs = code === 'lost' && failures === 1 ? 0 : (delays[Math.min(failures, delays.length) - 1] ?? 0);
    this.#options.logger.error({ file, code, failures, delayMs }, 'A recording could not be packed and will be tried again');
    if (failures === 1 && code !== 'lost') this.#tell(() => this.#options.onTrouble(file));
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.add(file);
    }, delayMs);
    this.#timers.add(timer);
  }

  #tell(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.logger.error({ err: error }, 'A listener of the packer failed');
    }
  }
}
