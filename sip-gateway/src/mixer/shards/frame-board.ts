import { FRAME_SAMPLES } from '../frame.ts';

/** A frame stays readable for so many ticks; two would do, were all threads punctual. */
const DEPTH = 4;
/** Half a year of ticks; what is compared is never older than a second. */
const TICK_MASK = 0x1fff_ffff;
const NOTHING = -1;

/**
 * What every leg says, for the threads it does not live on: a ring of frames for each slot in shared memory. A stamp (tick and whether the
 * frame came from packets in full) is taken away before a frame is written and set after, so nobody reads half of one.
 */
export class FrameBoard {
  readonly buffer: SharedArrayBuffer;
  readonly #stamps: Int32Array;
  readonly #packets: Int32Array;
  readonly #samples: Int16Array;

  /** @param buffer made by `allocate`, here or on another thread */
  constructor(buffer: SharedArrayBuffer) {
    const slots = buffer.byteLength / bytesPerSlot;
    this.buffer = buffer;
    this.#stamps = new Int32Array(buffer, 0, slots * DEPTH);
    this.#packets = new Int32Array(buffer, slots * DEPTH * 4, slots);
    this.#samples = new Int16Array(buffer, slots * (DEPTH + 1) * 4, slots * DEPTH * FRAME_SAMPLES);
  }

  static allocate(slots: number): FrameBoard {
    const board = new FrameBoard(new SharedArrayBuffer(slots * bytesPerSlot));
    board.#stamps.fill(NOTHING);
    return board;
  }

  /** Forgets what the slot's last leg said. */
  clear(slot: number): void {
    for (let entry = 0; entry < DEPTH; entry += 1) Atomics.store(this.#stamps, slot * DEPTH + entry, NOTHING);
    Atomics.store(this.#packets, slot, 0);
  }

  publish(
    slot: number,
    said: { readonly tick: number; readonly frame: Int16Array; readonly isPlayed: boolean; readonly packets: number },
  ): void {
    const entry = slot * DEPTH + (said.tick % DEPTH);
    Atomics.store(this.#stamps, entry, NOTHING);
    this.#samples.set(said.frame, entry * FRAME_SAMPLES);
    Atomics.store(this.#stamps, entry, stampOf(said.tick, said.isPlayed));
    Atomics.store(this.#packets, slot, said.packets);
  }

  /** Copies what was said in this tick into `frame`. Null when it was not published in time: `frame` is silence then. */
  read(slot: number, tick: number, frame: Int16Array): { readonly isPlayed: boolean } | null {
    const entry = slot * DEPTH + (tick % DEPTH);
    const stamp = Atomics.load(this.#stamps, entry);
    const isPlayed = stamp === stampOf(tick, true);
    if (isPlayed || stamp === stampOf(tick, false)) {
      frame.set(this.#samples.subarray(entry * FRAME_SAMPLES, (entry + 1) * FRAME_SAMPLES));
      if (Atomics.load(this.#stamps, entry) === stamp) return isPlayed ? PLAYED : CONCEALED;
    }
    frame.fill(0);
    return null;
  }

  /** Packets received on the slot's leg so far. */
  packets(slot: number): number {
    return Atomics.load(this.#packets, slot);
  }
}

const bytesPerSlot = DEPTH * 4 + 4 + DEPTH * FRAME_SAMPLES * 2;
const PLAYED = { isPlayed: true } as const;
const CONCEALED = { isPlayed: false } as const;

function stampOf(tick: number, isPlayed: boolean): number {
  return (tick & TICK_MASK) * 2 + (isPlayed ? 1 : 0);
}
