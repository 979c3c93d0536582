import type { Logger } from 'pino';
import type { ChannelName, MarkKind, PauseReason } from '#contracts/recordings.contract';
import { IpcError } from '../mixer/ipc/child-link.ts';
import type { ChildSupervisor } from '../mixer/ipc/child-supervisor.ts';
import type { mixerRequests, MixerEvent } from '../mixer/mixer-protocol.ts';
import { MixerError } from '../ports/mixer.port.ts';
import type { LegId, MixerErrorCode, RecordingChannel, RecordingReceipt } from '../ports/mixer.port.ts';
import type { PacketCounts } from '../ports/packet-counts.port.ts';
import { PacketTally } from './packet-tally.ts';
import { RecordingFileName } from './recorder-protocol.ts';
import type { RecorderEvent, recorderRequests } from './recorder-protocol.ts';

export type MixerChild = ChildSupervisor<typeof mixerRequests, MixerEvent>;
export type RecorderChild = ChildSupervisor<typeof recorderRequests, RecorderEvent>;

export interface RecordingDeskParts {
  /** Asks the mixer process. @throws MixerError */
  readonly askMixer: <T>(request: (mixer: MixerChild) => Promise<T>) => Promise<T>;
  readonly recorder: () => RecorderChild;
  /** Connects mixer and recorder, once both are up. */
  readonly attach: () => Promise<void>;
  readonly onFailed: (recording: string, reason: string) => void;
  /** Everything that will ever be written of this file is written; it may be packed. */
  readonly onWritten: (file: string, enginePackets: Readonly<Record<ChannelName, number>>) => void;
  /** The media engine's own count; without one the mixer's word is taken. */
  readonly packetCounts: () => PacketCounts | null;
  readonly logger: Logger;
}

interface OpenRecording {
  readonly id: string;
  readonly number: number;
  readonly file: string;
  segment: number;
  isWritten: boolean;
  readonly tally: PacketTally | null;
  /** Settles when the present segment is being written. */
  ready: Promise<void>;
}

const TICKS_PER_SECOND = 50;
/** Syncing takes a while on a slow disk. */
const FINISH_TIMEOUT_MS = 60_000;
/** A recorder that dies again and again while a recording is closed. */
const MAX_FINISH_ATTEMPTS = 4;
/** How long a recorder that died is waited for. */
const REJOIN_TIMEOUT_MS = 15_000;
/** How long the receipt of a recording cut short by the mixer's death is kept for whoever asks. */
const SALVAGE_KEPT_MS = 600_000;
const KNOWN_CODES: readonly MixerErrorCode[] = ['unknown-leg', 'recording-failed'];

/** The recordings that run, between the mixer that feeds them and the recorder that writes them; either may die and be replaced. */
export class RecordingDesk {
  readonly #parts: RecordingDeskParts;
  readonly #recordings = new Map<string, OpenRecording>();
  /** Receipts of recordings that were completed because the mixer died. */
  readonly #salvaged = new Map<string, Promise<RecordingReceipt>>();
  #attached: Promise<void> = Promise.resolve();
  /** Resolves when mixer and recorder are joined next. */
  #rejoined = Promise.withResolvers<undefined>();
  #nextNumber = 1;

  constructor(parts: RecordingDeskParts) {
    this.#parts = parts;
  }

  get running(): string[] {
    return [...this.#recordings.keys()];
  }

  /** Resolves when mixer and recorder are connected. @throws MixerError */
  async whenAttached(): Promise<void> {
    await this.#attached;
  }

  /** @throws MixerError */
  async start(recording: string, file: string, channels: readonly RecordingChannel[]): Promise<void> {
    if (this.#recordings.has(recording)) throw new MixerError('recording-failed', 'The recording is already running');
    if (!RecordingFileName.safeParse(file).success) throw new MixerError('recording-failed', 'The file name is refused');
    const started = Promise.withResolvers<undefined>();
    const open: OpenRecording = {
      id: recording,
      number: this.#nextNumber,
      file,
      segment: 1,
      isWritten: false,
      tally: this.#newTally(),
      ready: started.promise,
    };
    open.ready.catch(() => undefined);
    this.#nextNumber += 1;
    this.#recordings.set(recording, open);
    try {
      await this.#open(open, channels);
      for (const { name, leg } of channels) open.tally?.assign(name, leg);
      // The disk may have refused between the two answers; then the entry is gone.
      if (!this.#recordings.has(recording)) throw new MixerError('recording-failed', 'The recording failed while starting');
      started.resolve(undefined);
    } catch (error) {
      this.#recordings.delete(recording);
      started.reject(error);
      throw toMixerError(error);
    }
  }

  async assign(recording: string, name: ChannelName, leg: LegId | null): Promise<void> {
    const { number, tally } = this.#find(recording);
    await this.#parts.askMixer((mixer) => mixer.request('assign-channel', { recording: number, name, leg }));
    tally?.assign(name, leg);
  }

  async pause(recording: string, reason: PauseReason): Promise<void> {
    const { number, tally } = this.#find(recording);
    await this.#parts.askMixer((mixer) => mixer.request('pause-tap', { recording: number, reason }));
    tally?.pause();
  }

  async resume(recording: string): Promise<void> {
    const { number, tally } = this.#find(recording);
    await this.#parts.askMixer((mixer) => mixer.request('resume-tap', { recording: number }));
    tally?.resume();
  }

  async mark(recording: string, kind: MarkKind): Promise<void> {
    const { number } = this.#find(recording);
    await this.#parts.askMixer((mixer) => mixer.request('mark-tap', { recording: number, kind }));
  }

  /** @throws MixerError */
  async stop(recording: string): Promise<RecordingReceipt> {
    const salvaged = this.#salvaged.get(recording);
    this.#salvaged.delete(recording);
    try {
      return await (salvaged ?? this.#close(this.#find(recording)));
    } catch (error) {
      throw toMixerError(error);
    }
  }

  /** Mixer or recorder are new: they are joined, and what runs goes on in a new segment. */
  rejoin(): void {
    this.#rejoined.resolve(undefined);
    this.#rejoined = Promise.withResolvers<undefined>();
    this.#attached = this.#parts.attach();
    // While the other process is still coming up this fails, and is done again when that one is ready.
    this.#attached.catch(() => undefined);
    for (const open of this.#recordings.values()) {
      open.ready = this.#attached.then(() => this.#openNext(open));
      open.ready.catch(() => undefined);
    }
  }

  /** A recorder that does not read any more: dead, or held up for a moment. */
  checkRecorder(): void {
    const recorder = this.#parts.recorder();
    recorder.request('ping', null).then(
      () => this.rejoin(),
      (error: unknown) => {
        if (error instanceof IpcError && error.code === 'timeout') recorder.kill();
      },
    );
  }

  /** The recorder could not write on. What it wrote stays. */
  noteFailed(number: number, reason: string): void {
    for (const open of this.#recordings.values()) if (open.number === number) this.#fail(open, reason);
    this.#parts.askMixer((mixer) => mixer.request('stop-tap', { recording: number })).catch(() => undefined);
  }

  /** The recorder completes what the dead mixer fed; `stop` still gives the receipts. */
  noteMixerLost(): void {
    for (const open of this.#recordings.values()) {
      const receipt = this.#finish(open);
      receipt.catch(() => undefined);
      this.#salvaged.set(open.id, receipt);
      setTimeout(() => this.#salvaged.delete(open.id), SALVAGE_KEPT_MS).unref();
    }
    this.#recordings.clear();
  }

  #find(recording: string): OpenRecording {
    const open = this.#recordings.get(recording);
    if (!open) throw new MixerError('recording-failed', 'No such recording is running');
    return open;
  }

  /** Opens the file first, then the tap, so that no frame is ever without a file. */
  async #open({ number, file }: OpenRecording, channels: readonly RecordingChannel[]): Promise<void> {
    await this.#attached;
    const recorder = this.#parts.recorder();
    await recorder.request('open', { recording: number, file, segment: 1 });
    try {
      await this.#parts.askMixer((mixer) => mixer.request('start-tap', { recording: number, channels }));
    } catch (error) {
      await recorder.request('discard', { recording: number });
      throw error;
    }
  }

  async #openNext(open: OpenRecording): Promise<void> {
    open.segment += 1;
    const { number, file, segment } = open;
    try {
      await this.#parts.recorder().request('open', { recording: number, file, segment });
      await this.#parts.askMixer((mixer) => mixer.request('replay-tap', { recording: number }));
      this.#parts.logger.warn({ recording: open.id, segment }, 'A recording goes on in a new segment');
    } catch (error) {
      const { code, message } = toMixerError(error);
      // Lost again: the next recorder takes it up.
      if (code !== 'lost' && this.#recordings.get(open.id) === open) this.#fail(open, message);
      throw error;
    }
  }

  async #close(open: OpenRecording): Promise<RecordingReceipt> {
    await open.ready.catch(() => undefined);
    try {
      await this.#parts.askMixer((mixer) => mixer.request('stop-tap', { recording: open.number }));
    } catch (error) {
      // Should the mixer die, the recorder still completes the file.
      if (!(error instanceof MixerError && error.code === 'lost')) throw error;
    }
    const salvaged = this.#salvaged.get(open.id);
    this.#salvaged.delete(open.id);
    if (salvaged) return await salvaged;
    try {
      return await this.#finish(open);
    } finally {
      this.#recordings.delete(open.id);
    }
  }

  /** Waits until everything is written, by whichever recorder; then the file may be packed. */
  async #finish(open: OpenRecording): Promise<RecordingReceipt> {
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await open.ready;
          const request = { recording: open.number };
          const { ticks, channels } = await this.#parts.recorder().request('finish', request, FINISH_TIMEOUT_MS);
          return { file: open.file, seconds: ticks / TICKS_PER_SECOND, channels };
        } catch (error) {
          const isLost = error instanceof IpcError && error.code === 'lost';
          if (!isLost || attempt >= MAX_FINISH_ATTEMPTS || this.#recordings.get(open.id) !== open) throw error;
          await within(this.#rejoined.promise, REJOIN_TIMEOUT_MS);
        }
      }
    } finally {
      this.#noteWritten(open);
    }
  }

  /** Told once, however it came to its end. */
  #noteWritten(open: OpenRecording): void {
    if (open.isWritten) return;
    open.isWritten = true;
    const counted = open.tally?.finish() ?? Promise.resolve({});
    void counted.then((packets) => this.#parts.onWritten(open.file, packets));
  }

  #newTally(): PacketTally | null {
    const counts = this.#parts.packetCounts();
    return counts && new PacketTally(counts);
  }

  #fail(open: OpenRecording, reason: string): void {
    this.#recordings.delete(open.id);
    this.#parts.logger.error({ recording: open.id, file: open.file, reason }, 'A recording failed');
    this.#parts.onFailed(open.id, reason);
    this.#noteWritten(open);
  }
}

async function within(promise: Promise<unknown>, limitMs: number): Promise<void> {
  const { promise: limit, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new IpcError('timeout', 'The recorder did not come back in time')), limitMs);
  try {
    await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whatever went wrong between the processes, callers match on one kind of error. */
function toMixerError(error: unknown): MixerError {
  if (error instanceof MixerError) return error;
  if (!(error instanceof IpcError)) return new MixerError('recording-failed', 'The recording failed', { cause: error });
  const code = KNOWN_CODES.find((known) => known === error.code) ?? 'lost';
  return new MixerError(code, error.message, { cause: error });
}
