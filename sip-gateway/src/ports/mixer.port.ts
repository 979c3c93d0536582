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

/** What a leg hears besides other legs. `ringback` and `busy` are the Japanese tones (400 Hz, ITU-T E.180). */
export type SoundSource = 'silence' | 'ringback' | 'busy';

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
}

export interface RecordingReceipt {
  /** File name under the recordings folder. */
  readonly file: string;
  readonly seconds: number;
  readonly sha256: string;
  /** Frames without a packet, by channel. */
  readonly concealedFrames: readonly number[];
}

/** A recording that a crash left half-written, completed when the recorder started again. */
export interface RepairedRecording {
  /** File name under the recordings folder. */
  readonly file: string;
  readonly seconds: number;
  readonly sha256: string;
}

export interface MixerEvents {
  /** A telephone-event of RFC 4733 began on this leg. */
  onDigit(leg: LegId, digit: string): void;
  /** No packet has come on a connected leg for 2 s (`silent`), or they come again. */
  onFlow(leg: LegId, flow: 'silent' | 'flowing'): void;
  /** The recording can no longer be written (disk full, recorder died). What was written stays. */
  onRecordingFailed(recording: string, reason: string): void;
  /**
   * The mixer or recorder process is gone; every leg and recording in it is lost. With the mixer gone, the recorder completes the files:
   * `stopRecording` still gives the receipt of what was recorded.
   */
  onLost(process: 'mixer' | 'recorder'): void;
  /** At start, and after the recorder died: a file is complete up to the moment of the crash. */
  onRecordingRepaired?(recording: RepairedRecording): void;
}

/**
 * Why the mixer refused. `leg-exists`: `openLeg` with an id that is open. `digits-refused`: a digit outside 0-9 * # A-D, or a leg that
 * negotiated no telephone-event. `lost`: the process died, or did not answer in time.
 */
export type MixerErrorCode = 'no-port' | 'unknown-leg' | 'leg-exists' | 'digits-refused' | 'lost' | 'recording-failed';

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
  /** Binds a port for a new leg. It hears silence and is heard by nobody until `setHearing`. */
  openLeg(leg: LegId): Promise<RtpAddress>;
  /**
   * Names the only address packets are accepted from and sent to; may be called again when the far side changes (F5).
   * `telephoneEventType` is the negotiated RTP payload type of RFC 4733, or null.
   */
  connectLeg(leg: LegId, remote: RtpAddress, telephoneEventType: number | null): Promise<void>;
  /** Frees the port. Closing an unknown leg is harmless. */
  closeLeg(leg: LegId): Promise<void>;
  /** Replaces the rows named; other rows stay. Takes effect within one frame (20 ms). */
  setHearing(rows: readonly Hearing[]): Promise<void>;
  /** Sends RFC 4733 telephone-events, 100 ms each with 100 ms between. Resolves when the last one is queued. */
  sendDigits(leg: LegId, digits: string): Promise<void>;
  /** Starts a recording with one channel per leg, in this order, into `<recordings>/<file>`. Resolves once the file is open. */
  startRecording(recording: string, file: string, legs: readonly LegId[]): Promise<void>;
  /** Ends it, completes the header, syncs it to disk and hashes it. */
  stopRecording(recording: string): Promise<RecordingReceipt>;
  /** What is open right now, for health and for leak checks. */
  list(): Promise<{
    readonly legs: readonly LegStatistics[];
    readonly recordings: readonly string[];
    readonly isRealTime: boolean;
  }>;
}
