import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import type { ChannelName, MarkKind, PackedRecording, PauseReason } from '#contracts/recordings.contract';
import { MixerError } from '../ports/mixer.port.ts';
import type {
  Codec,
  Hearing,
  LegId,
  LegStatistics,
  Mixer,
  MixerErrorCode,
  MixerEvents,
  PlayOptions,
  RecordingChannel,
  RecordingReceipt,
  RtpAddress,
  Signal,
  SoundName,
} from '../ports/mixer.port.ts';
import type { PacketCounts } from '../ports/packet-counts.port.ts';
import { PackQueue } from '../recorder/packing/pack-queue.ts';
import { RecorderConfig, RecorderEvent, recorderRequests } from '../recorder/recorder-protocol.ts';
import { RecordingDesk } from '../recorder/recording-desk.ts';
import type { MixerChild, RecorderChild } from '../recorder/recording-desk.ts';
import { IpcError } from './ipc/child-link.ts';
import { ChildSupervisor } from './ipc/child-supervisor.ts';
import { MixerConfig, MixerEvent, mixerRequests } from './mixer-protocol.ts';
import type { TickSummary } from './mixer-protocol.ts';
import { realTimeCommand, spawnNode } from './spawn-process.ts';

export interface MixerProcessOptions {
  /** IPv4 address the RTP ports are bound on. */
  readonly address: string;
  /** Legs take the even ports from `portMin` to `portMax`. */
  readonly portMin: number;
  readonly portMax: number;
  readonly recordingsDir: string;
  /** The master keys that recordings are sealed under (vault/README.md). */
  readonly keyFile: string;
  /** The program that encodes recordings; `ffmpeg` on the path unless named. */
  readonly ffmpeg?: string;
  /** How long to wait before a recording that could not be packed is tried again. */
  readonly packRetryDelaysMs?: readonly number[];
  /** A private folder for the socket between mixer and recorder is made in here. */
  readonly runDir: string;
  /** Announcements: WAV files (16 bit, mono, 8 kHz), in sub-folders by language. None when not named. */
  readonly soundsDir?: string;
  /** Threads that share the legs; one carries the legs of a whole core (bench/mixer). */
  readonly workers?: number;
  /** `try`: SCHED_FIFO when the system permits it; `list().isRealTime` says what came of it. */
  readonly realTime: 'try' | 'off';
  readonly logger: Logger;
}

/** sun_path of unix(7) holds 108 octets. */
const MAX_SOCKET_PATH_BYTES = 107;

const KNOWN_CODES: readonly MixerErrorCode[] = [
  'no-port',
  'unknown-leg',
  'leg-exists',
  'digits-refused',
  'recording-failed',
  'unknown-sound',
  'overloaded',
];

/** The mixer and its recorder as child processes. A death of either is reported, and the process is replaced. */
export class MixerProcess implements Mixer {
  readonly #options: MixerProcessOptions;
  readonly #listeners: Partial<MixerEvents>[] = [];
  readonly #desk: RecordingDesk;
  readonly #packing: PackQueue;
  #packetCounts: PacketCounts | null = null;
  #children: { readonly mixer: MixerChild; readonly recorder: RecorderChild } | null = null;
  #socketDir = '';
  #isRealTime = false;

  constructor(options: MixerProcessOptions) {
    this.#options = options;
    const { keyFile, ffmpeg = 'ffmpeg', logger } = options;
    this.#desk = new RecordingDesk({
      askMixer: (request) => this.#ask(request),
      recorder: () => this.#running().recorder,
      attach: () => this.#attach(),
      onFailed: (recording, reason) => this.#emit((listener) => listener.onRecordingFailed?.(recording, reason)),
      onWritten: (file, enginePackets) => this.#packing.add(file, enginePackets),
      packetCounts: () => this.#packetCounts,
      logger,
    });
    this.#packing = new PackQueue({
      recordingsDir: path.resolve(options.recordingsDir),
      keyFile: path.resolve(keyFile),
      ffmpeg,
      ...(options.packRetryDelaysMs && { retryDelaysMs: options.packRetryDelaysMs }),
      onPacked: (recording) => this.#emit((listener) => listener.onRecordingSealed?.(recording)),
      onEmpty: (file) => this.#emit((listener) => listener.onRecordingEmpty?.(file)),
      onTrouble: (file) => this.#emit((listener) => listener.onRecordingUnpacked?.(file)),
      logger,
    });
  }

  /** Adds a listener; a listener that throws is logged and disturbs nobody. */
  listen(events: Partial<MixerEvents>): void {
    this.#listeners.push(events);
  }

  /** From now on recordings are checked against what the media engine counted. */
  checkAgainst(counts: PacketCounts): void {
    this.#packetCounts = counts;
  }

  /** Process ids, for diagnosis. */
  get pids(): { readonly mixer: number | undefined; readonly recorder: number | undefined; readonly packer: number | undefined } {
    return { mixer: this.#children?.mixer.pid, recorder: this.#children?.recorder.pid, packer: this.#packing.pid };
  }

  /** Starts the processes; recordings that a crash left unfinished are told of and packed. @throws MixerError `lost` when one cannot start */
  async start(): Promise<void> {
    await mkdir(this.#options.runDir, { recursive: true, mode: 0o700 });
    this.#socketDir = await mkdtemp(path.join(path.resolve(this.#options.runDir), 'mixer-'));
    if (Buffer.byteLength(this.#socketPath) > MAX_SOCKET_PATH_BYTES) {
      await rm(this.#socketDir, { recursive: true });
      throw new Error('The path of the run folder is too long for a Unix domain socket');
    }
    const command = this.#options.realTime === 'try' ? await realTimeCommand() : [];
    const children = { recorder: this.#superviseRecorder(), mixer: this.#superviseMixer(command) };
    this.#children = children;
    try {
      await Promise.all([children.recorder.start(), children.mixer.start()]);
      await this.#desk.whenAttached();
      await this.#packLeftovers();
    } catch (error) {
      await this.close();
      throw toMixerError(error);
    }
  }

  /** Completes every recording and ends the processes; what is not packed by then is packed at the next start. */
  async close(): Promise<void> {
    const children = this.#children;
    if (!children) return;
    await Promise.allSettled(this.#desk.running.map((recording) => this.stopRecording(recording)));
    this.#children = null;
    await this.#packing.close();
    await children.mixer.stop();
    await children.recorder.stop();
    await rm(this.#socketDir, { recursive: true, force: true });
  }

  async openLeg(leg: LegId): Promise<RtpAddress> {
    return await this.#ask((mixer) => mixer.request('open-leg', { leg }));
  }

  async connectLeg(leg: LegId, remote: RtpAddress, telephoneEventType: number | null, codec: Codec = 'PCMU'): Promise<void> {
    await this.#ask((mixer) => mixer.request('connect-leg', { leg, remote, telephoneEventType, codec }));
  }

  async closeLeg(leg: LegId): Promise<void> {
    await this.#ask((mixer) => mixer.request('close-leg', { leg }));
  }

  async setHearing(rows: readonly Hearing[]): Promise<void> {
    await this.#ask((mixer) => mixer.request('set-hearing', { rows }));
  }

  async sendDigits(leg: LegId, digits: string): Promise<void> {
    await this.#ask((mixer) => mixer.request('send-digits', { leg, digits }));
  }

  async play(leg: LegId, sound: SoundName, { loop = false, gain = 1 }: PlayOptions = {}): Promise<void> {
    await this.#ask((mixer) => mixer.request('play', { leg, sound, loop, gain }));
  }

  async stopPlaying(leg: LegId): Promise<void> {
    await this.#ask((mixer) => mixer.request('stop-playing', { leg }));
  }

  async playTone(leg: LegId, signal: Signal): Promise<void> {
    await this.#ask((mixer) => mixer.request('play-tone', { leg, signal }));
  }

  async detectTones(leg: LegId, on: boolean): Promise<void> {
    await this.#ask((mixer) => mixer.request('detect-tones', { leg, on }));
  }

  async loadSounds(): Promise<readonly SoundName[]> {
    const { sounds, refused } = await this.#ask((mixer) => mixer.request('load-sounds', null));
    this.#noteRefused(refused);
    return sounds;
  }

  async startRecording(recording: string, file: string, channels: readonly RecordingChannel[]): Promise<void> {
    await this.#desk.start(recording, file, channels);
  }

  async assignChannel(recording: string, name: ChannelName, leg: LegId | null): Promise<void> {
    await this.#desk.assign(recording, name, leg);
  }

  async pauseRecording(recording: string, reason: PauseReason): Promise<void> {
    await this.#desk.pause(recording, reason);
  }

  async resumeRecording(recording: string): Promise<void> {
    await this.#desk.resume(recording);
  }

  async mark(recording: string, kind: MarkKind): Promise<void> {
    await this.#desk.mark(recording, kind);
  }

  async stopRecording(recording: string): Promise<RecordingReceipt> {
    return await this.#desk.stop(recording);
  }

  /** What is known of a recording that was sealed, perhaps by an earlier run; null when it was not. */
  async findSealed(file: string): Promise<PackedRecording | null> {
    return await this.#packing.find(file);
  }

  /** Resolves when every recording that was closed is packed, or waits for another try. */
  async whenPacked(): Promise<void> {
    await this.#packing.whenIdle();
  }

  async list(): Promise<{ legs: LegStatistics[]; recordings: string[]; isRealTime: boolean }> {
    const { legs } = await this.#ask((mixer) => mixer.request('list', null));
    return { legs, recordings: this.#desk.running, isRealTime: this.#isRealTime };
  }

  /** How punctual the mixer's ticks were since it was asked last. */
  async takeTickStatistics(): Promise<TickSummary> {
    return await this.#ask((mixer) => mixer.request('take-ticks', null));
  }

  get #socketPath(): string {
    return path.join(this.#socketDir, 'frames.sock');
  }

  #running(): { readonly mixer: MixerChild; readonly recorder: RecorderChild } {
    if (!this.#children) throw new MixerError('lost', 'The mixer is not running');
    return this.#children;
  }

  /** A mixer that does not answer moves no audio either: it is replaced. */
  async #ask<T>(request: (mixer: MixerChild) => Promise<T>): Promise<T> {
    const { mixer } = this.#running();
    try {
      return await request(mixer);
    } catch (error) {
      if (error instanceof IpcError && error.code === 'timeout') mixer.kill();
      throw toMixerError(error);
    }
  }

  async #packLeftovers(): Promise<void> {
    const leftovers = await this.#packing.start();
    for (const file of leftovers) {
      const seconds = await this.#packing.measure(file);
      if (seconds > 0) this.#emit((listener) => listener.onRecordingRepaired?.({ file, seconds }));
      this.#options.logger.warn({ file, seconds }, 'A recording that an earlier run left unfinished is packed');
      this.#packing.add(file);
    }
  }

  #superviseMixer(command: readonly string[]): MixerChild {
    const { address, portMin, portMax, soundsDir, workers = 1, logger } = this.#options;
    const config = MixerConfig.parse({
      address,
      portMin,
      portMax,
      soundsDir: soundsDir === undefined ? null : path.resolve(soundsDir),
      workers,
    });
    return new ChildSupervisor({
      name: 'mixer',
      requests: mixerRequests,
      events: MixerEvent,
      spawn: () => spawnNode(command, './main.ts', config),
      onEvent: (event) => this.#takeMixerEvent(event),
      onLost: () => this.#loseMixer(),
      logger,
    });
  }

  #superviseRecorder(): RecorderChild {
    const config = RecorderConfig.parse({
      recordingsDir: path.resolve(this.#options.recordingsDir),
      socketPath: this.#socketPath,
      keyFile: path.resolve(this.#options.keyFile),
    });
    return new ChildSupervisor({
      name: 'recorder',
      requests: recorderRequests,
      events: RecorderEvent,
      spawn: () => spawnNode([], '../recorder/main.ts', config),
      onEvent: (event) => this.#takeRecorderEvent(event),
      onLost: () => this.#emit((listener) => listener.onLost?.('recorder')),
      logger: this.#options.logger,
    });
  }

  #takeMixerEvent(event: MixerEvent): void {
    switch (event.event) {
      case 'ready':
        this.#noteScheduling(event.isRealTime);
        this.#noteRefused(event.refusedSounds);
        this.#desk.rejoin();
        return;
      case 'digit':
        this.#emit((listener) => listener.onDigit?.(event.leg, event.digit));
        return;
      case 'flow':
        this.#emit((listener) => listener.onFlow?.(event.leg, event.flow));
        return;
      case 'played':
        this.#emit((listener) => listener.onPlayed?.(event.leg, event.sound));
        return;
      case 'levels':
        this.#emit((listener) => listener.onLevels?.(event.levels));
        return;
      case 'quality':
        this.#emit((listener) => listener.onQuality?.(event.leg, event.quality));
        return;
      case 'recorder-stuck':
        this.#desk.checkRecorder();
    }
  }

  #takeRecorderEvent(event: RecorderEvent): void {
    if (event.event === 'failed') this.#desk.noteFailed(event.recording, event.reason);
    else this.#desk.rejoin();
  }

  #noteScheduling(isRealTime: boolean): void {
    this.#isRealTime = isRealTime;
    if (isRealTime || this.#options.realTime === 'off') return;
    this.#options.logger.warn(
      'The mixer runs without real-time scheduling, so a busy machine will make gaps in the sound; it needs chrt and CAP_SYS_NICE',
    );
  }

  #noteRefused(files: readonly string[]): void {
    for (const file of files) this.#options.logger.error({ file }, 'A sound is no WAV of 16 bit, mono, 8 kHz and is left out');
  }

  async #attach(): Promise<void> {
    await this.#running().mixer.request('use-recorder', { socketPath: this.#socketPath });
  }

  #loseMixer(): void {
    this.#desk.noteMixerLost();
    this.#emit((listener) => listener.onLost?.('mixer'));
  }

  #emit(tell: (listener: Partial<MixerEvents>) => void): void {
    for (const listener of this.#listeners) {
      try {
        tell(listener);
      } catch (error) {
        this.#options.logger.error({ err: error }, 'A listener of the mixer failed');
      }
    }
  }
}

/** Whatever went wrong between the processes, callers match on one kind of error. */
function toMixerError(error: unknown): unknown {
  if (!(error instanceof IpcError)) return error;
  const code = KNOWN_CODES.find((known) => known === error.code) ?? 'lost';
  return new MixerError(code, error.message, { cause: error });
}
