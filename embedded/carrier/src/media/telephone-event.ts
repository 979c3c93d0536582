import { FRAME_SAMPLES } from './g711.ts';

/** Telephone events 0 to 15 of RFC 4733 §3.2: the key is the place in this string. */
const KEYS = '0123456789*#ABCD';
const EVENT_FRAMES = 5;
/** The end of an event is sent three times (RFC 4733 §2.5.1.4). */
const END_REPEATS = 2;
const GAP_FRAMES = 5;
const VOLUME = 10;

/** What to send instead of sound in one frame. */
export interface EventFrame {
  readonly payload: Uint8Array;
  /** The event begins with this frame. Its RTP timestamp stays that of the whole event (RFC 4733 §2.2). */
  readonly marker: boolean;
}

/** Frames that send these keys, 100 ms each with 100 ms between; null is a frame of ordinary sound. */
export function* eventFrames(keys: string): Generator<EventFrame | null, void, undefined> {
  for (const key of keys) {
    const event = KEYS.indexOf(key);
    if (event < 0) throw new Error('a key is one of 0-9 * # A-D');
    for (let frame = 0; frame < EVENT_FRAMES + END_REPEATS; frame += 1) yield eventFrame(event, frame);
    for (let frame = END_REPEATS; frame < GAP_FRAMES; frame += 1) yield null;
  }
}

function eventFrame(event: number, frame: number): EventFrame {
  const isEnd = frame >= EVENT_FRAMES - 1;
  const duration = Math.min(frame + 1, EVENT_FRAMES) * FRAME_SAMPLES;
  const payload = Uint8Array.of(event, (isEnd ? 0x80 : 0) | VOLUME, duration >> 8, duration & 0xff);
  return { payload, marker: frame === 0 };
}

/** Turns the many packets of one event into one key. */
export class EventReceiver {
  #last: { ssrc: number; timestamp: number } | null = null;

  /** The key when this packet begins a new event, else null: repeats, late packets, events that are no keys. */
  receive(packet: { readonly ssrc: number; readonly timestamp: number; readonly payload: Uint8Array }): string | null {
    const event = packet.payload[0];
    if (event === undefined || packet.payload.length < 4) return null;
    const last = this.#last;
    // Timestamps wrap at 32 bits; the difference as a signed number says which is later.
    if (last && last.ssrc === packet.ssrc && ((packet.timestamp - last.timestamp) | 0) <= 0) return null;
    this.#last = { ssrc: packet.ssrc, timestamp: packet.timestamp };
    return KEYS[event] ?? null;
  }
}
