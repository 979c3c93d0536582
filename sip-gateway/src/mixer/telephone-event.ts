import { FRAME_SAMPLES, SAMPLE_RATE } from './frame.ts';

/** Telephone-events of RFC 4733 (DTMF digits). */
const DIGITS = '0123456789*#ABCD';
const EVENT_BYTES = 4;
const END_BIT = 0x80;
/** -10 dBm0, the level most gateways send (RFC 4733 §2.3.2: in dBm0 with the sign dropped). */
const VOLUME = 10;
/** RFC 4733 §2.5.1.3: a longer event goes on as a new segment that starts where this one ended. */
const MAX_SEGMENT_DURATION = 0xffff;
/** An event packet older than the last one by less than this is a straggler; by more, a sender that started over. */
const STRAGGLER_SAMPLES = 5 * SAMPLE_RATE;

const EVENT_TICKS = 5;
const PAUSE_TICKS = 5;
/** RFC 4733 §2.5.1.4: the final packet is sent three times in all. */
const END_REPEATS = 2;

export interface TelephoneEvent {
  readonly digit: string;
  readonly duration: number;
}

/** Whether every character is a digit that can be sent. */
export function areDigits(digits: string): boolean {
  return digits.length > 0 && [...digits].every((digit) => DIGITS.includes(digit));
}

/** Reads one event payload; null when it is cut short or no DTMF digit. */
export function parseTelephoneEvent(payload: Buffer): TelephoneEvent | null {
  if (payload.length < EVENT_BYTES) return null;
  const digit = DIGITS[payload.readUInt8(0)];
  return digit === undefined ? null : { digit, duration: payload.readUInt16BE(2) };
}

/** Tells the first packet of an event from its updates, repetitions and stragglers. */
export class TelephoneEventDetector {
  #last: { readonly timestamp: number; readonly digit: string } | null = null;

  reset(): void {
    this.#last = null;
  }

  /** The digit when an event begins with this packet, else null. */
  detect(timestamp: number, event: TelephoneEvent): string | null {
    const last = this.#last;
    if (last) {
      const ahead = (timestamp - last.timestamp) | 0;
      if (ahead <= 0 && ahead > -STRAGGLER_SAMPLES) return null;
      this.#last = { timestamp, digit: event.digit };
      if (ahead === MAX_SEGMENT_DURATION && event.digit === last.digit) return null;
    }
    this.#last = { timestamp, digit: event.digit };
    return event.digit;
  }
}

/** What to send in one tick: an event packet, and whether the audio packet is left out for it. */
export interface EventTick {
  readonly payload: Buffer;
  readonly startTimestamp: number;
  readonly marker: boolean;
  readonly replacesAudio: boolean;
}

/** Sends queued digits, 100 ms each with 100 ms between, one packet per tick. */
export class TelephoneEventSender {
  readonly #queue: string[] = [];
  #tick = 0;
  #startTimestamp = 0;

  /** Digits not yet finished. */
  get pending(): number {
    return this.#queue.length;
  }

  enqueue(digits: string): void {
    this.#queue.push(...digits);
  }

  clear(): void {
    this.#queue.length = 0;
    this.#tick = 0;
  }

  /** The event packet of this tick, or null when it is audio's alone. */
  next(timestamp: number): EventTick | null {
    const digit = this.#queue[0];
    if (digit === undefined) return null;
    this.#tick += 1;
    if (this.#tick === 1) this.#startTimestamp = timestamp;
    const tick = this.#tick;
    if (tick >= EVENT_TICKS + PAUSE_TICKS) {
      this.#queue.shift();
      this.#tick = 0;
    }
    if (tick > EVENT_TICKS + END_REPEATS) return null;
    return {
      payload: writeEvent(digit, Math.min(tick, EVENT_TICKS) * FRAME_SAMPLES, tick >= EVENT_TICKS),
      startTimestamp: this.#startTimestamp,
      marker: tick === 1,
      replacesAudio: tick <= EVENT_TICKS,
    };
  }
}

function writeEvent(digit: string, duration: number, isEnd: boolean): Buffer {
  const payload = Buffer.alloc(EVENT_BYTES);
  payload.writeUInt8(DIGITS.indexOf(digit), 0);
  payload.writeUInt8((isEnd ? END_BIT : 0) | VOLUME, 1);
  payload.writeUInt16BE(duration, 2);
  return payload;
}
