import type { ChannelName, MarkKind, PackedRecording, PauseReason } from '#contracts/recordings.contract';

/**
 * The mixer decides who hears whom: one leg per party, an N×N gain matrix, and sound sources.
 * It runs in a process of its own that only moves audio (16-bit linear inside, G.711 outside, 8 kHz, 20 ms frames).
 */
export type LegId = string;

/** Where RTP goes or comes from. */
export interface RtpAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * What a leg hears besides other legs. `ringback` and `busy` are the Japanese tones (400 Hz, ITU-T E.180). `music` is the hold music: one loop
 * for everybody, which each leg joins where it stands. `comfort` is a faint noise (about -60 dBm0) that says the line is not dead.
 */
export type SoundSource = 'silence' | 'ringback' | 'busy' | 'music' | 'comfort';

/** An announcement: the path of its file (WAV, 16 bit, mono, 8 kHz) in the sounds folder, without `.wav`, as `ja/queue-position-1`. */
export type SoundName = string;

/** Short signals over what a leg hears: `beep` (one, a notice), `please-repeat` (two falling, the interpreter's sign). */
export type Signal = 'beep' | 'please-repeat';

/** The G.711 law a leg sends; both are understood. */
export type Codec = 'PCMU' | 'PCMA';

export interface PlayOptions {
  /** Again and again until `stopPlaying`; `onPlayed` is not told then. */
  readonly loop?: boolean;
  /** Linear, 1 = as recorded. */
  readonly gain?: number;
}

/** How well a leg's party is received, over the last interval. */
export interface LegQuality {
  /** Packets that never came or came too late to be played, in percent of those expected. */
  readonly lossPct: number;
  /** Interarrival jitter (RFC 3550 section 6.4.1). */
  readonly jitterMs: number;
  /** From the party's receiver reports; null until it has sent one about us. */
  readonly roundTripMs: number | null;
  /** Estimated mean opinion score, 1 to 4.5 (E-model, ITU-T G.107). */
  readonly mos: number;
}

/** One row of the gain matrix: what this leg hears. */
export interface Hearing {
  readonly leg: LegId;
  /** Gain by speaking leg, linear, 1 = unchanged; a leg that is not named is not heard. */
  readonly from: Readonly<Record<LegId, number>>;
  readonly source: SoundSource;
}

export interface LegStatistics {
  readonly leg: LegId;
  readonly port: number;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  /** Packets refused because they came from an address other than the connected one. */
  readonly packetsForeign: number;
  readonly framesConcealed: number;
  /** Silent frames played twice, and left out, to keep the delay right. */
  readonly framesInserted: number;
  readonly framesDropped: number;
}

/** One party of a recording and the leg it speaks on; null while the party has none. */
export interface RecordingChannel {
  readonly name: ChannelName;
  readonly leg: LegId | null;
}

/** What was written of a recording when it was closed. It is packed and sealed afterwards, see `onRecordingSealed`. */
export interface RecordingReceipt {
  /** File name under the recordings folder; the file is there once the recording is sealed. */
  readonly file: string;
  /** From start to stop, pauses included. */
  readonly seconds: number;
  readonly channels: readonly ChannelName[];
}

/** A recording that a crash left unfinished, found when the recorder started; it is packed like any other. */
export interface RepairedRecording {
  /** File name under the recordings folder. */
  readonly file: string;
  readonly seconds: number;
}

export interface MixerEvents {
  /** A telephone-event of RFC 4733 began on this leg, or `detectTones` heard the digit's tones. One key pressed is told once. */
  onDigit(leg: LegId, digit: string): void;
  /** No packet has come on a connected leg for 2 s (`silent`), or they come again. */
  onFlow(leg: LegId, flow: 'silent' | 'flowing'): void;
  /** The recording can no longer be written (disk full, recorder too slow). What was written stays, and is packed. */
  onRecordingFailed(recording: string, reason: string): void;
  /**
   * The mixer or recorder process is gone, and another is started. With the mixer every leg is lost; what was recorded is kept, and
   * `stopRecording` still gives the receipt. With the recorder nothing is lost: recordings go on in a new segment.
   */
  onLost(process: 'mixer' | 'recorder'): void;
  /** At start: a recording that an earlier run left unfinished was found. */
  onRecordingRepaired?(recording: RepairedRecording): void;
  /** A recording is packed, sealed and in the chain; told once. Its id is the name of its file, see `recordingIdOf`. */
  onRecordingSealed?(recording: PackedRecording): void;
  /** A recording that was closed holds nothing: nobody's first frame reached the disk. */
  onRecordingEmpty?(file: string): void;
  /** A recording is written but could not be packed, for want of room or of ffmpeg; it is tried again. Told once. */
  onRecordingUnpacked?(file: string): void;
  /** An announcement was played to its end; not told when it was stopped, replaced by another, or the leg closed. */
  onPlayed?(leg: LegId, sound: SoundName): void;
  /** Five times a second: how loudly each connected leg speaks, in dBov (0 the loudest, -90 silence). */
  onLevels?(levels: Readonly<Record<LegId, number>>): void;
  /** Every 5 s for each connected leg that received anything, and once more when it closes. */
  onQuality?(leg: LegId, quality: LegQuality): void;
}

/**
 * Why the mixer refused. `leg-exists`: `openLeg` with an id that is open. `digits-refused`: a digit outside 0-9 * # A-D, or a leg that
 * negotiated no telephone-event. `lost`: the process died, or did not answer in time. `overloaded`: one leg more would harm those that run.
 */
export type MixerErrorCode =
  'no-port' | 'unknown-leg' | 'leg-exists' | 'digits-refused' | 'lost' | 'recording-failed' | 'unknown-sound' | 'overloaded';

/** A refusal of the mixer. Match on `code`; the message carries no personal data. */
export class MixerError extends Error {
  readonly code: MixerErrorCode;

  constructor(code: MixerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MixerError';
    this.code = code;
  }
}

/** Rejects with a `MixerError` and changes nothing then. */
export interface Mixer {
  /** Opens a new leg. It hears silence and is heard by nobody until `setHearing`. `overloaded` when the mixer has no time for it. */
  openLeg(leg: LegId): Promise<RtpAddress>;
  /**
   * Names the only address packets are accepted from and sent to; may be called again when the far side changes (F5).
   * `telephoneEventType` is the negotiated RTP payload type of RFC 4733, or null; `codec` is what the leg sends (PCMU unless named).
   */
  connectLeg(leg: LegId, remote: RtpAddress, telephoneEventType: number | null, codec?: Codec): Promise<void>;
  /** Frees the port. Closing an unknown leg is harmless. */
  closeLeg(leg: LegId): Promise<void>;
  /** Replaces the rows named; other rows stay. Takes effect within one frame (20 ms). */
  setHearing(rows: readonly Hearing[]): Promise<void>;
  /** Sends RFC 4733 telephone-events, 100 ms each with 100 ms between. Resolves when the last one is queued. */
  sendDigits(leg: LegId, digits: string): Promise<void>;
  /** Plays an announcement over what the leg hears, which is turned down meanwhile. One at a time: a second one replaces the first. */
  play(leg: LegId, sound: SoundName, options?: PlayOptions): Promise<void>;
  /** Ends the announcement; harmless when none is played. */
  stopPlaying(leg: LegId): Promise<void>;
  /** Plays a short signal over everything this leg hears. */
  playTone(leg: LegId, signal: Signal): Promise<void>;
  /** Listens for DTMF tones in this leg's audio, for parties whose telephone sends no telephone-events. Off until told. */
  detectTones(leg: LegId, on: boolean): Promise<void>;
  /** Reads the sounds folder again (at start it is read by itself). Resolves with the names of all announcements. */
  loadSounds(): Promise<readonly SoundName[]>;
  /** Starts a recording with one channel per party, at most 8, into `<recordings>/<file>`. Resolves once the disk has taken its beginning. */
  startRecording(recording: string, file: string, channels: readonly RecordingChannel[]): Promise<void>;
  /** A party joins (a name not used yet adds a channel), leaves (null) or comes back on another leg. */
  assignChannel(recording: string, name: ChannelName, leg: LegId | null): Promise<void>;
  /** From the next frame on nothing of any party is written; a marker says so. Harmless when it is paused already. */
  pauseRecording(recording: string, reason: PauseReason): Promise<void>;
  /** Goes on after a pause. Harmless when it is not paused. */
  resumeRecording(recording: string): Promise<void>;
  /** Sets a marker at this moment. */
  mark(recording: string, kind: MarkKind): Promise<void>;
  /** Ends it and syncs it to disk; it is packed and sealed after that. */
  stopRecording(recording: string): Promise<RecordingReceipt>;
  /** What is open right now, for health and for leak checks. */
  list(): Promise<{
    readonly legs: readonly LegStatistics[];
    readonly recordings: readonly string[];
    readonly isRealTime: boolean;
  }>;
}
