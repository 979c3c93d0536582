import type { Hearing, LegId } from '../ports/mixer.port.ts';
import { MixerError } from '../ports/mixer.port.ts';
import { FRAME_SAMPLES } from './frame.ts';
import { Leg } from './leg.ts';
import type { LegOutlet, StreamStart } from './leg.ts';

/** Takes what the legs of one recording say, once per tick. */
export interface RecordingTap {
  /** One entry per channel; null when that leg is not open. A leg's frame is only valid during the call. */
  onFrame(legs: readonly (Leg | null)[]): void;
  /** So much time passed without ticks. */
  onSkip(ticks: number): void;
}

/** The gain matrix and everything attached to it. Pure: packets come by `Leg.receive`, time by `tick`. */
export class AudioBridge {
  readonly #legs = new Map<LegId, Leg>();
  /** By listener: gain by speaker. */
  readonly #gains = new Map<LegId, Map<LegId, number>>();
  readonly #taps = new Map<number, { readonly legs: readonly LegId[]; readonly tap: RecordingTap }>();
  readonly #sum = new Float64Array(FRAME_SAMPLES);

  /** Adds a leg that hears silence and is heard by nobody. */
  openLeg(id: LegId, outlet: LegOutlet, start: StreamStart): Leg {
    const leg = new Leg(id, outlet, start);
    this.#legs.set(id, leg);
    this.#gains.set(id, new Map());
    return leg;
  }

  /** Removes a leg from everybody's hearing too; a recording goes on with silence in its channel. */
  closeLeg(id: LegId): void {
    this.#legs.delete(id);
    this.#gains.delete(id);
    for (const gains of this.#gains.values()) gains.delete(id);
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
      this.#gains.set(row.leg, new Map(heard));
      this.leg(row.leg).tone.play(row.source);
    }
  }

  /** Hands the frames of these legs to `tap` from the next tick on. */
  addTap(recording: number, legs: readonly LegId[], tap: RecordingTap): void {
    for (const id of legs) this.leg(id);
    this.#taps.set(recording, { legs: [...legs], tap });
  }

  removeTap(recording: number): void {
    this.#taps.delete(recording);
  }

  /** Moves everything on by 20 ms. */
  tick(): void {
    for (const leg of this.#legs.values()) leg.pullFrame();
    for (const [id, leg] of this.#legs) leg.sendFrame(this.#mixFor(id, leg));
    for (const { legs, tap } of this.#taps.values()) tap.onFrame(legs.map((id) => this.#legs.get(id) ?? null));
  }

  /** Accounts for time in which the process did not run. */
  skip(ticks: number): void {
    for (const leg of this.#legs.values()) leg.skipTicks(ticks);
    for (const { tap } of this.#taps.values()) tap.onSkip(ticks);
  }

  /** The sum of what a leg hears; null for silence, which is most legs' parked state. */
  #mixFor(id: LegId, leg: Leg): Float64Array | null {
    const gains = this.#gains.get(id);
    if ((!gains || gains.size === 0) && leg.tone.source === 'silence') return null;
    this.#sum.fill(0);
    leg.tone.addFrame(this.#sum);
    for (const [speaker, gain] of gains ?? []) {
      const frame = this.#legs.get(speaker)?.frame;
      if (frame) addScaled(this.#sum, frame, gain);
    }
    return this.#sum;
  }
}

function addScaled(sum: Float64Array, frame: Int16Array, gain: number): void {
  for (let i = 0; i < FRAME_SAMPLES; i += 1) sum[i] = (sum[i] ?? 0) + (frame[i] ?? 0) * gain;
}
