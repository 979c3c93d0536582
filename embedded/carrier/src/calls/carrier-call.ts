import { randomUUID } from 'node:crypto';
import { HeardSound, type HeardLevels } from '../media/heard-sound.ts';
import type { RtpSession, RtpStatistics } from '../media/rtp-session.ts';
import { epochNowMs } from './instant.ts';

/** `to-resident`: the gateway dialled a resident; `from-resident`: a resident calls the city. */
export type Direction = 'to-resident' | 'from-resident';
export type CallState = 'calling' | 'ringing' | 'talking' | 'ended';
export type Party = 'resident' | 'gateway';

/** Instants in milliseconds since 1970 with a fraction, null until it happened. Received or sent, as the direction has it. */
export interface CallTimes {
  invite: number | null;
  /** First 180, or 183. */
  ringing: number | null;
  /** The 200. */
  answered: number | null;
  acknowledged: number | null;
  /** First packet louder than -40 dBFS that came to the resident. */
  firstAudible: number | null;
  /** BYE, CANCEL or the failing final response. */
  ended: number | null;
}

/** Thrown by a command that the call's state does not allow. */
export class CallStateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CallStateError';
  }
}

export interface CallView {
  readonly id: string;
  readonly direction: Direction;
  /** The resident's number, national form as dialled or calling. */
  readonly resident: string;
  /** The city's number: caller ID of a call to a resident, dialled number of a call from one; null when withheld. */
  readonly city: string | null;
  readonly state: CallState;
  /** Last SIP status of the INVITE, null before any but 100. */
  readonly status: number | null;
  readonly endedBy: Party | null;
  readonly ringMs: number;
  readonly talkMs: number;
  readonly rtp: RtpStatistics;
}

const NO_RTP: RtpStatistics = { packetsSent: 0, packetsReceived: 0, packetsForeign: 0 };

/** What is known of one call: its state, its instants, what the resident heard. Sends nothing itself. */
export class CarrierCall {
  readonly id = randomUUID();
  readonly direction: Direction;
  readonly resident: string;
  readonly city: string | null;
  readonly times: CallTimes = {
    invite: null,
    ringing: null,
    answered: null,
    acknowledged: null,
    firstAudible: null,
    ended: null,
  };
  #state: CallState = 'calling';
  #status: number | null = null;
  #endedBy: Party | null = null;
  #digits = '';
  #media: RtpSession | null = null;
  #endedOnClockMs: number | null = null;
  readonly #hangUp: () => void;

  /** @param hangUp gives up or ends the call for the resident */
  constructor(parties: { direction: Direction; resident: string; city: string | null }, hangUp: () => void) {
    this.direction = parties.direction;
    this.resident = parties.resident;
    this.city = parties.city;
    this.#hangUp = hangUp;
    this.times.invite = epochNowMs();
  }

  get state(): CallState {
    return this.#state;
  }

  get digits(): string {
    return this.#digits;
  }

  get media(): RtpSession | null {
    return this.#media;
  }

  /** Gives the call its sound; a call that is already over gives the port back at once. */
  attachMedia(media: RtpSession): void {
    this.#media = media;
    if (this.#state === 'ended') media.close();
  }

  markAudible(): void {
    this.times.firstAudible ??= epochNowMs();
  }

  addDigit(key: string): void {
    this.#digits += key;
  }

  ring(status: number): void {
    if (this.#state !== 'calling' && this.#state !== 'ringing') return;
    this.#state = 'ringing';
    this.#status = status;
    this.times.ringing ??= epochNowMs();
  }

  /** @returns false when the call is already over */
  answer(): boolean {
    if (this.#state === 'ended') return false;
    this.#state = 'talking';
    this.#status = 200;
    this.times.answered ??= epochNowMs();
    return true;
  }

  acknowledge(): void {
    this.times.acknowledged ??= epochNowMs();
  }

  /** Ends the record and frees the media, once. `status` is the failing final status, if there was one. */
  end(endedBy: Party, status: number | null = null): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#endedBy = endedBy;
    if (status !== null) this.#status = status;
    this.times.ended = epochNowMs();
    this.#endedOnClockMs = performance.now();
    this.#media?.close();
  }

  /** The resident hangs up or gives up. @throws CallStateError when the call is over */
  hangUp(): void {
    if (this.#state === 'ended') throw new CallStateError('the call is over');
    this.#hangUp();
  }

  /** The resident presses keys. @throws CallStateError when there is nobody to take them */
  sendDigits(keys: string): void {
    if (this.#state !== 'talking' || !this.#media) throw new CallStateError('keys can only be sent while talking');
    if (!this.#media.sendDigits(keys)) throw new CallStateError('the gateway takes no telephone events on this call');
  }

  /** Levels over the last second that the resident heard, of an ended call over its last second. */
  heardLevels(frequenciesHz: readonly number[]): HeardLevels {
    const nowMs = this.#endedOnClockMs ?? performance.now();
    return (this.#media?.heard ?? new HeardSound()).measure(nowMs, frequenciesHz);
  }

  view(): CallView {
    return {
      id: this.id,
      direction: this.direction,
      resident: this.resident,
      city: this.city,
      state: this.#state,
      status: this.#status,
      endedBy: this.#endedBy,
      ringMs: span(this.times.ringing, this.times.answered ?? this.times.ended),
      talkMs: span(this.times.answered, this.times.ended),
      rtp: this.#media?.statistics ?? NO_RTP,
    };
  }
}

function span(from: number | null, to: number | null): number {
  return from === null ? 0 : Math.round((to ?? epochNowMs()) - from);
}
