import type { Hearing, LegId } from '../ports/mixer.port.ts';
import { MixerError } from '../ports/mixer.port.ts';
import { FRAME_SAMPLES } from './frame.ts';
import { Leg } from './leg.ts';
import type { LegOutlet, StreamStart } from './leg.ts';

/** Takes what the legs of one recording say, once per tick. */
export interface RecordingTap {
  /** The leg of each channel at this moment; null for a party without one. */
  readonly legs: readonly (LegId | null)[];
  /** One entry per channel; null when that leg is not open. A leg's frame is only valid during the call. */
  onFrame(legs: readonly (Leg | null)[]): void;
  /** So much time passed without ticks. */
  onSkip(ticks: number): void;
}

/** The gain matrix and everything attached to it. Pure: packets come by `Leg.receive`, time by `tick`. */
export class AudioBridge {
  readonly #legs = new Map<LegId, Leg>();
  readonly #taps = new Map<number, RecordingTap>();
  readonly #sum = new Float64Array(FRAME_SAMPLES);
  #tick: number;

  /** `tick` is the number of the tick before the first; the hold music stands where this number says. */
  constructor(tick = 0) {
    this.#tick = tick;
  }

  /** Adds a leg that hears silence and is heard by nobody. */
  openLeg(id: LegId, outlet: LegOutlet, start: StreamStart): Leg {
    const leg = new Leg(id, outlet, start);
    this.#legs.set(id, leg);
    return leg;
  }

  /** Removes a leg from everybody's hearing too; a recording goes on with silence in its channel. */
  closeLeg(id: LegId): void {
    this.#legs.get(id)?.report(true);
    this.#legs.delete(id);
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

  /** Replaces the rows named, all or (when a leg is unknown) none. A leg never hears itself, whatever the row says. */
  setHearing(rows: readonly Hearing[]): void {
    for (const row of rows) for (const id of [row.leg, ...Object.keys(row.from)]) this.leg(id);
    for (const row of rows) {
      const heard = Object.entries(row.from).filter(([speaker, gain]) => speaker !== row.leg && gain !== 0);
      const leg = this.leg(row.leg);
      leg.hears = heard.map(([speaker, gain]) => ({ speaker: this.leg(speaker), gain }));
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
    for (const leg of this.#legs.values()) leg.sendFrame(this.#sum);
    for (const tap of this.#taps.values()) tap.onFrame(tap.legs.map((id) => (id === null ? null : (this.#legs.get(id) ?? null))));
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
}
