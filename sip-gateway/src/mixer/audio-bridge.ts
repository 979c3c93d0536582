import type { Hearing, LegId } from '../ports/mixer.port.ts';
import { MixerError } from '../ports/mixer.port.ts';
import { FRAME_SAMPLES } from './frame.ts';
import { Leg } from './leg.ts';
import type { LegOutlet } from './leg.ts';
import type { StreamStart } from './outgoing-stream.ts';
import { ForeignLeg } from './shards/foreign-leg.ts';
import type { FrameBoard } from './shards/frame-board.ts';
import type { Speaker } from './speaker.ts';

/** Takes what the legs of one recording say, once per tick. */
export interface RecordingTap {
  /** The leg of each channel at this moment; null for a party without one. */
  readonly legs: readonly (LegId | null)[];
  /** One entry per channel; null when that leg is not open. A leg's frame is only valid during the call. */
  onFrame(legs: readonly (Speaker | null)[]): void;
  /** So much time passed without ticks. */
  onSkip(ticks: number): void;
}

/** The gain matrix and everything attached to it. Pure: packets come by `Leg.receive`, time by `tick`. */
export class AudioBridge {
  readonly #legs = new Map<LegId, Leg>();
  readonly #taps = new Map<number, RecordingTap>();
  readonly #sum = new Float64Array(FRAME_SAMPLES);
  /** Legs of other threads. */
  readonly #foreign = new Map<LegId, ForeignLeg>();
  readonly #slots = new Map<LegId, number>();
  readonly #board: FrameBoard | null;
  /** The hold music stands where this number says. */
  #tick = 0;

  /** `board`: where legs of other threads are heard, and ours are made heard there; null when there is no other thread. */
  constructor(board: FrameBoard | null = null) {
    this.#board = board;
  }

  /** Adds a leg that hears silence and is heard by nobody. `slot` is its place on the board. */
  openLeg(id: LegId, outlet: LegOutlet, start: StreamStart, slot = 0): Leg {
    const leg = new Leg(id, outlet, start);
    this.#legs.set(id, leg);
    this.#slots.set(id, slot);
    this.#board?.clear(slot);
    return leg;
  }

  /** Makes a leg of another thread known, which publishes in this slot. */
  meetLeg(id: LegId, slot: number): void {
    if (this.#board) this.#foreign.set(id, new ForeignLeg(id, slot, this.#board));
  }

  /** Removes a leg from everybody's hearing too; a recording goes on with silence in its channel. */
  closeLeg(id: LegId): void {
    this.#legs.get(id)?.report(true);
    this.#legs.delete(id);
    this.#slots.delete(id);
    this.#foreign.delete(id);
    for (const leg of this.#legs.values()) leg.hears = leg.hears.filter(({ speaker }) => speaker.id !== id);
  }

  /** @throws MixerError `unknown-leg` */
  leg(id: LegId): Leg {
    const leg = this.#legs.get(id);
    if (!leg) throw new MixerError('unknown-leg', 'No such leg is open');
    return leg;
  }

  hasLeg(id: LegId): boolean {
    return this.#legs.has(id);
  }

  /** Whoever can be heard under this id, also on another thread; null when nobody. */
  findSpeaker(id: LegId): Speaker | null {
    return this.#legs.get(id) ?? this.#foreign.get(id) ?? null;
  }

  /** @throws MixerError `unknown-leg` */
  speaker(id: LegId): Speaker {
    return this.#foreign.get(id) ?? this.leg(id);
  }

  /** Replaces the rows named, all or (when a leg is unknown) none. A leg never hears itself, whatever the row says. */
  setHearing(rows: readonly Hearing[]): void {
    for (const row of rows) {
      this.leg(row.leg);
      for (const id of Object.keys(row.from)) this.speaker(id);
    }
    for (const row of rows) {
      const heard = Object.entries(row.from).filter(([speaker, gain]) => speaker !== row.leg && gain !== 0);
      const leg = this.leg(row.leg);
      leg.hears = heard.map(([speaker, gain]) => ({ speaker: this.speaker(speaker), gain }));
      leg.sounds.turnTo(row.source, this.#tick);
    }
  }

  /** Hands the frames of the tap's legs to it from the next tick on. */
  addTap(recording: number, tap: RecordingTap): void {
    this.#taps.set(recording, tap);
  }

  removeTap(recording: number): void {
    this.#taps.delete(recording);
  }

  /** Moves everything on by 20 ms. */
  tick(): void {
    this.#tick += 1;
    for (const leg of this.#legs.values()) leg.pullFrame(this.#tick);
    if (this.#board) this.#exchange(this.#board);
    for (const leg of this.#legs.values()) leg.sendFrame(this.#sum);
    for (const tap of this.#taps.values()) tap.onFrame(tap.legs.map((id) => (id === null ? null : this.findSpeaker(id))));
  }

  /** How loudly each connected leg spoke since the last call, in dBov. */
  takeLevels(): Record<LegId, number> {
    const levels: Record<LegId, number> = {};
    for (const leg of this.#legs.values()) if (leg.isConnected) levels[leg.id] = leg.takeLevelDbov();
    return levels;
  }

  /** Accounts for time in which the process did not run. */
  skip(ticks: number): void {
    this.#tick += ticks;
    for (const leg of this.#legs.values()) leg.skipTicks(ticks);
    for (const tap of this.#taps.values()) tap.onSkip(ticks);
  }

  /** Makes our legs heard on the other threads, and takes what theirs said one tick ago. */
  #exchange(board: FrameBoard): void {
    for (const [id, leg] of this.#legs) {
      const said = { tick: this.#tick, frame: leg.frame, isPlayed: leg.isFramePlayed, packets: leg.packetsReceived };
      board.publish(this.#slots.get(id) ?? 0, said);
    }
    for (const leg of this.#foreign.values()) leg.pullFrame(this.#tick);
  }
}
