/* eslint-disable @typescript-eslint/require-await -- async turns what the fake throws into rejections, as the real mixer's are */
import { MixerError } from '../ports/mixer.port.ts';
import type {
  Hearing,
  LegId,
  LegStatistics,
  Mixer,
  MixerErrorCode,
  MixerEvents,
  RecordingReceipt,
  RtpAddress,
  SoundSource,
} from '../ports/mixer.port.ts';

/** One method call as the fake received it, in order. */
export interface FakeMixerCall {
  readonly method: Exclude<keyof Mixer, 'list'>;
  readonly leg?: LegId;
  readonly recording?: string;
}

interface FakeLeg {
  readonly port: number;
  remote: RtpAddress | null;
  telephoneEventType: number | null;
  from: Readonly<Record<LegId, number>>;
  source: SoundSource;
  digits: string;
}

interface FakeRecording {
  readonly file: string;
  readonly legs: readonly LegId[];
}

const HOST = '127.0.0.1';
const FIRST_PORT = 40_000;
const FAKE_SHA256 = '0'.repeat(64);

/** A `Mixer` in memory: moves no audio, refuses what the real one refuses, and remembers everything for assertions. */
export class FakeMixer implements Mixer {
  readonly calls: FakeMixerCall[] = [];
  readonly recordings = new Map<string, FakeRecording>();
  readonly #salvaged = new Map<string, FakeRecording>();
  readonly #legs = new Map<LegId, FakeLeg>();
  readonly #listeners: Partial<MixerEvents>[] = [];
  readonly #failures = new Map<FakeMixerCall['method'], MixerErrorCode>();
  #nextPort = FIRST_PORT;

  /** Adds a listener, as on `MixerProcess`. */
  listen(events: Partial<MixerEvents>): void {
    this.#listeners.push(events);
  }

  /** Makes the next call of this method reject with this code, changing nothing. */
  failNext(method: FakeMixerCall['method'], code: MixerErrorCode): void {
    this.#failures.set(method, code);
  }

  /** Plays an event of the real mixer to the listeners. */
  emit<K extends keyof MixerEvents>(event: K, ...values: Parameters<Required<MixerEvents>[K]>): void {
    if (event === 'onLost' && values[0] === 'mixer') this.#loseMixer();
    if (event === 'onLost' && values[0] === 'recorder') this.#loseRecorder();
    if (event === 'onRecordingFailed' && typeof values[0] === 'string') this.recordings.delete(values[0]);
    for (const listener of this.#listeners) {
      // The key and its values belong together by the signature above; TypeScript cannot follow that through the union.
      const handle = listener[event] as ((...all: Parameters<Required<MixerEvents>[K]>) => void) | undefined;
      handle?.(...values);
    }
  }

  /** The gain at which `listener` hears `speaker`; 0 when not at all. */
  gain(listener: LegId, speaker: LegId): number {
    return this.#legs.get(listener)?.from[speaker] ?? 0;
  }

  /** What this leg hears besides other legs; undefined when the leg is not open. */
  source(leg: LegId): SoundSource | undefined {
    return this.#legs.get(leg)?.source;
  }

  /** Where this leg's RTP goes; null before `connectLeg`, undefined when the leg is not open. */
  remote(leg: LegId): RtpAddress | null | undefined {
    return this.#legs.get(leg)?.remote;
  }

  /** All digits sent to this leg so far. */
  digitsSent(leg: LegId): string {
    return this.#legs.get(leg)?.digits ?? '';
  }

  /** Ids of the legs that are open. */
  openLegs(): LegId[] {
    return [...this.#legs.keys()];
  }

  async openLeg(leg: LegId): Promise<RtpAddress> {
    this.#begin({ method: 'openLeg', leg });
    if (this.#legs.has(leg)) throw new MixerError('leg-exists', 'The leg is already open');
    const port = this.#nextPort;
    this.#nextPort += 2;
    this.#legs.set(leg, { port, remote: null, telephoneEventType: null, from: {}, source: 'silence', digits: '' });
    return { host: HOST, port };
  }

  async connectLeg(leg: LegId, remote: RtpAddress, telephoneEventType: number | null): Promise<void> {
    this.#begin({ method: 'connectLeg', leg });
    const state = this.#leg(leg);
    state.remote = remote;
    state.telephoneEventType = telephoneEventType;
  }

  async closeLeg(leg: LegId): Promise<void> {
    this.#begin({ method: 'closeLeg', leg });
    this.#legs.delete(leg);
    for (const other of this.#legs.values()) {
      other.from = Object.fromEntries(Object.entries(other.from).filter(([speaker]) => speaker !== leg));
    }
  }

  async setHearing(rows: readonly Hearing[]): Promise<void> {
    this.#begin({ method: 'setHearing' });
    for (const row of rows) [row.leg, ...Object.keys(row.from)].forEach((leg) => this.#leg(leg));
    for (const row of rows) {
      const state = this.#leg(row.leg);
      state.from = row.from;
      state.source = row.source;
    }
  }

  async sendDigits(leg: LegId, digits: string): Promise<void> {
    this.#begin({ method: 'sendDigits', leg });
    const state = this.#leg(leg);
    if (state.telephoneEventType === null) throw new MixerError('digits-refused', 'The leg negotiated no telephone-event');
    if (!/^[0-9*#A-D]+$/.test(digits)) throw new MixerError('digits-refused', 'A digit is none of 0-9 * # A-D');
    state.digits += digits;
  }

  async startRecording(recording: string, file: string, legs: readonly LegId[]): Promise<void> {
    this.#begin({ method: 'startRecording', recording });
    if (this.recordings.has(recording)) throw new MixerError('recording-failed', 'The recording is already running');
    for (const leg of legs) this.#leg(leg);
    this.recordings.set(recording, { file, legs: [...legs] });
  }

  async stopRecording(recording: string): Promise<RecordingReceipt> {
    this.#begin({ method: 'stopRecording', recording });
    const open = this.recordings.get(recording) ?? this.#salvaged.get(recording);
    if (!open) throw new MixerError('recording-failed', 'No such recording is running');
    this.recordings.delete(recording);
    this.#salvaged.delete(recording);
    return { file: open.file, seconds: 0, sha256: FAKE_SHA256, concealedFrames: open.legs.map(() => 0) };
  }

  async list(): Promise<{ legs: LegStatistics[]; recordings: string[]; isRealTime: boolean }> {
    const legs = [...this.#legs].map(([leg, { port }]) => ({
      leg,
      port,
      packetsReceived: 0,
      packetsSent: 0,
      packetsForeign: 0,
      framesConcealed: 0,
    }));
    return { legs, recordings: [...this.recordings.keys()], isRealTime: false };
  }

  #begin(call: FakeMixerCall): void {
    this.calls.push(call);
    const code = this.#failures.get(call.method);
    if (!code) return;
    this.#failures.delete(call.method);
    throw new MixerError(code, `The fake was told to fail ${call.method}`);
  }

  #leg(leg: LegId): FakeLeg {
    const state = this.#legs.get(leg);
    if (!state) throw new MixerError('unknown-leg', 'No such leg is open');
    return state;
  }

  /** The recorder completes the files of a dead mixer, so their receipts can still be had. */
  #loseMixer(): void {
    this.#legs.clear();
    for (const [recording, open] of this.recordings) this.#salvaged.set(recording, open);
    this.recordings.clear();
  }

  #loseRecorder(): void {
    for (const recording of [...this.recordings.keys()]) this.emit('onRecordingFailed', recording, 'recorder lost');
  }
}
