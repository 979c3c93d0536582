import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
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
import { RecorderConfig, RecorderEvent, RecordingFileName, recorderRequests } from '../recorder/recorder-protocol.ts';
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

/** Hashing hours of audio on a slow disk takes a while. */
const FINISH_TIMEOUT_MS = 60_000;
/** sun_path of unix(7) holds 108 octets. */
const MAX_SOCKET_PATH_BYTES = 107;
/** How long the receipt of a recording cut short by the mixer's death is kept for whoever asks. */
const SALVAGE_KEPT_MS = 600_000;

type MixerChild = ChildSupervisor<typeof mixerRequests, MixerEvent>;
type RecorderChild = ChildSupervisor<typeof recorderRequests, RecorderEvent>;

interface OpenRecording {
  readonly number: number;
  readonly file: string;
}

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
  readonly #recordings = new Map<string, OpenRecording>();
  readonly #starting = new Map<string, OpenRecording>();
  /** Receipts of recordings that were completed because the mixer died. */
  readonly #salvaged = new Map<string, Promise<RecordingReceipt>>();
  #children: { readonly mixer: MixerChild; readonly recorder: RecorderChild } | null = null;
  #socketDir = '';
  #isRealTime = false;
  #nextNumber = 1;
  #attached: Promise<void> = Promise.resolve();

  constructor(options: MixerProcessOptions) {
    this.#options = options;
  }

  /** Adds a listener; a listener that throws is logged and disturbs nobody. */
  listen(events: Partial<MixerEvents>): void {
    this.#listeners.push(events);
  }

  /** Process ids, for diagnosis. */
  get pids(): { readonly mixer: number | undefined; readonly recorder: number | undefined } {
    return { mixer: this.#children?.mixer.pid, recorder: this.#children?.recorder.pid };
  }

  /** Starts both processes; recordings a crash left half-written are completed first. @throws MixerError `lost` when either cannot start */
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
      await this.#attached;
    } catch (error) {
      await this.close();
      throw toMixerError(error);
    }
  }

  /** Completes every recording and ends both processes. */
  async close(): Promise<void> {
    const children = this.#children;
    if (!children) return;
    await Promise.allSettled([...this.#recordings.keys()].map((recording) => this.stopRecording(recording)));
    this.#children = null;
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
    const legs = channels.flatMap(({ leg }) => (leg === null ? [] : [leg]));
    if (this.#recordings.has(recording) || this.#starting.has(recording)) {
      throw new MixerError('recording-failed', 'The recording is already running');
    }
    if (!RecordingFileName.safeParse(file).success) throw new MixerError('recording-failed', 'The file name is refused');
    const open = { number: this.#nextNumber, file };
    this.#nextNumber += 1;
    this.#starting.set(recording, open);
    try {
      await this.#openRecording(open, legs);
      // The disk may have refused between the two answers; then #failRecording has taken the entry away.
      if (!this.#starting.has(recording)) throw new MixerError('recording-failed', 'The recording failed while starting');
      this.#recordings.set(recording, open);
    } catch (error) {
      throw toMixerError(error);
    } finally {
      this.#starting.delete(recording);
    }
  }

  async stopRecording(recording: string): Promise<RecordingReceipt> {
    const salvaged = this.#salvaged.get(recording);
    const open = this.#recordings.get(recording);
    this.#salvaged.delete(recording);
    this.#recordings.delete(recording);
    if (!salvaged && !open) throw new MixerError('recording-failed', 'No such recording is running');
    try {
      return salvaged ? await salvaged : await this.#closeRecording(open);
    } catch (error) {
      throw toMixerError(error);
    }
  }

  async list(): Promise<{ legs: LegStatistics[]; recordings: string[]; isRealTime: boolean }> {
    const { legs } = await this.#ask((mixer) => mixer.request('list', null));
    return { legs, recordings: [...this.#recordings.keys()], isRealTime: this.#isRealTime };
  }

  /** How punctual the mixer's ticks have been since it started. */
  async tickStatistics(): Promise<TickSummary> {
    const { ticks } = await this.#ask((mixer) => mixer.request('list', null));
    return ticks;
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

  /** Opens the file first, then the tap, so that no frame is ever without a file. */
  async #openRecording({ number, file }: OpenRecording, legs: readonly LegId[]): Promise<void> {
    const { recorder } = this.#running();
    await this.#attached;
    await recorder.request('open', { recording: number, file, channels: legs.length });
    try {
      await this.#ask((mixer) => mixer.request('start-tap', { recording: number, legs }));
    } catch (error) {
      await recorder.request('discard', { recording: number });
      throw error;
    }
  }

  async #closeRecording(open: OpenRecording | undefined): Promise<RecordingReceipt> {
    if (!open) throw new MixerError('recording-failed', 'No such recording is running');
    const receipt = this.#finish(open);
    // Should the mixer refuse or die, the recorder still completes the file; that outcome is awaited below or told by events.
    receipt.catch(() => undefined);
    try {
      await this.#ask((mixer) => mixer.request('stop-tap', { recording: open.number }));
    } catch (error) {
      if (!(error instanceof MixerError && error.code === 'lost')) throw error;
    }
    return await receipt;
  }

  async #finish({ number, file }: OpenRecording): Promise<RecordingReceipt> {
    const receipt = await this.#running().recorder.request('finish', { recording: number }, FINISH_TIMEOUT_MS);
    return { file, channels: [], ...receipt };
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
    });
    return new ChildSupervisor({
      name: 'recorder',
      requests: recorderRequests,
      events: RecorderEvent,
      spawn: () => spawnNode([], '../recorder/main.ts', config),
      onEvent: (event) => this.#takeRecorderEvent(event),
      onLost: () => this.#loseRecorder(),
      logger: this.#options.logger,
    });
  }

  #takeMixerEvent(event: MixerEvent): void {
    switch (event.event) {
      case 'ready':
        this.#isRealTime = event.isRealTime;
        this.#noteRefused(event.refusedSounds);
        this.#attach();
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
      case 'tap-failed':
        this.#failTap(event.recording, event.reason);
    }
  }

  #takeRecorderEvent(event: RecorderEvent): void {
    if (event.event === 'failed') {
      this.#failRecording(event.recording, event.reason);
      this.#ask((mixer) => mixer.request('stop-tap', { recording: event.recording })).catch(() => undefined);
      return;
    }
    for (const repaired of event.repaired) {
      this.#options.logger.warn(
        { file: repaired.file, seconds: repaired.seconds },
        'A recording left half-written was completed',
      );
      this.#emit((listener) => listener.onRecordingRepaired?.(repaired));
    }
    for (const file of event.leftAlone) this.#options.logger.error({ file }, 'A half-written recording cannot be completed');
    this.#attach();
  }

  #noteRefused(files: readonly string[]): void {
    for (const file of files) this.#options.logger.error({ file }, 'A sound is no WAV of 16 bit, mono, 8 kHz and is left out');
  }

  /** Joins mixer and recorder; runs whenever either of them is new. */
  #attach(): void {
    if (!this.#children) return;
    this.#attached = this.#children.mixer.request('use-recorder', { socketPath: this.#socketPath }).then(() => undefined);
    // While the other process is still coming up this fails, and is done again when that one is ready.
    this.#attached.catch(() => undefined);
  }

  #failTap(number: number, reason: string): void {
    const failed = this.#failRecording(number, reason);
    const recorder = this.#children?.recorder;
    if (!recorder) return;
    if (failed) recorder.request('finish', { recording: number }, FINISH_TIMEOUT_MS).catch(() => undefined);
    recorder.request('ping', null).catch((error: unknown) => {
      if (error instanceof IpcError && error.code === 'timeout') recorder.kill();
    });
  }

  /** Tells once that a recording is over before its time; false when it was over already. */
  #failRecording(number: number, reason: string): boolean {
    for (const [recording, open] of this.#starting) if (open.number === number) this.#starting.delete(recording);
    for (const [recording, open] of this.#recordings) {
      if (open.number !== number) continue;
      this.#recordings.delete(recording);
      this.#options.logger.error({ recording, file: open.file, reason }, 'A recording failed');
      this.#emit((listener) => listener.onRecordingFailed?.(recording, reason));
      return true;
    }
    return false;
  }

  /** The recorder completes what the dead mixer fed; `stopRecording` still gives the receipts. */
  #loseMixer(): void {
    for (const [recording, open] of this.#recordings) {
      const receipt = this.#finish(open);
      receipt.catch(() => undefined);
      this.#salvaged.set(recording, receipt);
      setTimeout(() => this.#salvaged.delete(recording), SALVAGE_KEPT_MS).unref();
    }
    this.#recordings.clear();
    this.#emit((listener) => listener.onLost?.('mixer'));
  }

  #loseRecorder(): void {
    for (const { number } of [...this.#recordings.values()]) this.#failRecording(number, 'recorder lost');
    this.#emit((listener) => listener.onLost?.('recorder'));
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
