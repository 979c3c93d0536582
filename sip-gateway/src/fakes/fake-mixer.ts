/* eslint-disable @typescript-eslint/require-await -- async turns what the fake throws into rejections, as the real mixer's are */
import { MAX_CHANNELS } from '#contracts/recordings.contract';
import type { ChannelName, MarkKind, PauseReason } from '#contracts/recordings.contract';
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
  SoundSource,
} from '../ports/mixer.port.ts';

/** One method call as the fake received it, in order. */
export interface FakeMixerCall {
  readonly method: Exclude<keyof Mixer, 'list'>;
  readonly leg?: LegId;
  readonly recording?: string;
  readonly sound?: SoundName;
  readonly options?: PlayOptions;
}

interface FakeLeg {
  readonly port: number;
  remote: RtpAddress | null;
  telephoneEventType: number | null;
  from: Readonly<Record<LegId, number>>;
  codec: Codec;
  source: SoundSource;
  digits: string;
  playing: SoundName | null;
  isDetectingTones: boolean;
  readonly signals: Signal[];
}

interface FakeRecording {
  readonly file: string;
  /** Leg by channel; null for a party that has left. */
  readonly channels: Map<ChannelName, LegId | null>;
  pausedFor: PauseReason | null;
  readonly marks: MarkKind[];
}

const HOST = '127.0.0.1';
const FIRST_PORT = 40_000;

/** A `Mixer` in memory: moves no audio, refuses what the real one refuses, and remembers everything for assertions. */
export class FakeMixer implements Mixer {
  readonly calls: FakeMixerCall[] = [];
  readonly recordings = new Map<string, FakeRecording>();
  /** Announcements that can be played; null takes every name. */
  sounds: Set<SoundName> | null = null;
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

  /** The G.711 law this leg sends; undefined when it is not open. */
  codec(leg: LegId): Codec | undefined {
    return this.#legs.get(leg)?.codec;
  }

  /** The announcement played to this leg, or null. */
  playing(leg: LegId): SoundName | null {
    return this.#legs.get(leg)?.playing ?? null;
  }

  /** Ends this leg's announcement as if it had been heard to its end. */
  finishPlaying(leg: LegId): void {
    const state = this.#leg(leg);
    const sound = state.playing;
    if (sound === null) throw new Error('Nothing is played to this leg');
    state.playing = null;
    this.emit('onPlayed', leg, sound);
  }

  /** All signals this leg has heard. */
  signals(leg: LegId): readonly Signal[] {
    return this.#legs.get(leg)?.signals ?? [];
  }

  isDetectingTones(leg: LegId): boolean {
    return this.#legs.get(leg)?.isDetectingTones ?? false;
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
    this.#legs.set(leg, {
      port,
      remote: null,
      telephoneEventType: null,
      codec: 'PCMU',
      from: {},
      source: 'silence',
      digits: '',
      playing: null,
      isDetectingTones: false,
      signals: [],
    });
    return { host: HOST, port };
  }

  async connectLeg(leg: LegId, remote: RtpAddress, telephoneEventType: number | null, codec: Codec = 'PCMU'): Promise<void> {
    this.#begin({ method: 'connectLeg', leg });
    const state = this.#leg(leg);
    state.remote = remote;
    state.telephoneEventType = telephoneEventType;
    state.codec = codec;
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

  async play(leg: LegId, sound: SoundName, options: PlayOptions = {}): Promise<void> {
    this.#begin({ method: 'play', leg, sound, options });
    const state = this.#leg(leg);
    if (this.sounds?.has(sound) === false) throw new MixerError('unknown-sound', 'No such sound is loaded');
    state.playing = sound;
  }

  async stopPlaying(leg: LegId): Promise<void> {
    this.#begin({ method: 'stopPlaying', leg });
    this.#leg(leg).playing = null;
  }

  async playTone(leg: LegId, signal: Signal): Promise<void> {
    this.#begin({ method: 'playTone', leg });
    this.#leg(leg).signals.push(signal);
  }

  async detectTones(leg: LegId, on: boolean): Promise<void> {
    this.#begin({ method: 'detectTones', leg });
    this.#leg(leg).isDetectingTones = on;
  }

  async loadSounds(): Promise<readonly SoundName[]> {
    this.#begin({ method: 'loadSounds' });
    return [...(this.sounds ?? [])].toSorted();
  }

  async startRecording(recording: string, file: string, channels: readonly RecordingChannel[]): Promise<void> {
    this.#begin({ method: 'startRecording', recording });
    if (this.recordings.has(recording)) throw new MixerError('recording-failed', 'The recording is already running');
    for (const { leg } of channels) if (leg !== null) this.#leg(leg);
    const legs = new Map(channels.map(({ name, leg }) => [name, leg]));
    this.recordings.set(recording, { file, channels: legs, pausedFor: null, marks: [] });
  }

  async assignChannel(recording: string, name: ChannelName, leg: LegId | null): Promise<void> {
    this.#begin({ method: 'assignChannel', recording });
    const { channels } = this.#running(recording);
    if (leg !== null) this.#leg(leg);
    if (!channels.has(name) && channels.size >= MAX_CHANNELS) throw new MixerError('recording-failed', 'too many channels');
    channels.set(name, leg);
  }

  async pauseRecording(recording: string, reason: PauseReason): Promise<void> {
    this.#begin({ method: 'pauseRecording', recording });
    this.#running(recording).pausedFor ??= reason;
  }

  async resumeRecording(recording: string): Promise<void> {
    this.#begin({ method: 'resumeRecording', recording });
    this.#running(recording).pausedFor = null;
  }

  async mark(recording: string, kind: MarkKind): Promise<void> {
    this.#begin({ method: 'mark', recording });
    this.#running(recording).marks.push(kind);
  }

  async stopRecording(recording: string): Promise<RecordingReceipt> {
    this.#begin({ method: 'stopRecording', recording });
    const open = this.recordings.get(recording) ?? this.#salvaged.get(recording);
    if (!open) throw new MixerError('recording-failed', 'No such recording is running');
    this.recordings.delete(recording);
    this.#salvaged.delete(recording);
    return { file: open.file, seconds: 0, channels: [...open.channels.keys()] };
  }

  async list(): Promise<{ legs: LegStatistics[]; recordings: string[]; isRealTime: boolean }> {
    const legs = [...this.#legs].map(([leg, { port }]) => ({
      leg,
      port,
      packetsReceived: 0,
      packetsSent: 0,
      packetsForeign: 0,
      framesConcealed: 0,
      framesInserted: 0,
      framesDropped: 0,
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

  #running(recording: string): FakeRecording {
    const open = this.recordings.get(recording);
    if (!open) throw new MixerError('recording-failed', 'No such recording is running');
    return open;
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
}
