/** 0 dBov is the power of a square wave that fills 16 bits (RFC 6464 section 3). */
const FULL_POWER = 32_768 ** 2;
const FLOOR_DBOV = -90;
/** A frame up to this power is silence whatever else is heard: -60 dBov. */
const ALWAYS_QUIET_POWER = FULL_POWER * 1e-6;
/** Above this power nothing is silence, however long it lasts: -40 dBov. */
const NEVER_QUIET_POWER = FULL_POWER * 1e-4;
/** 4 dB above the noise of the line is still its noise. */
const QUIET_FACTOR = 2.5;
/** The estimated noise follows downwards at once, upwards by 6 dB in 2 s. */
const NOISE_RISE = 1.014;

/** How loudly a leg speaks, and whether it is silent just now. */
export class LevelMeter {
  #sum = 0;
  #frames = 0;
  #noisePower = ALWAYS_QUIET_POWER;

  /** Up to this power (mean square of a frame) the leg is silent. */
  get quietPower(): number {
    return Math.max(ALWAYS_QUIET_POWER, Math.min(NEVER_QUIET_POWER, this.#noisePower * QUIET_FACTOR));
  }

  add(frame: Int16Array): void {
    let sum = 0;
    for (let i = 0; i < frame.length; i += 1) {
      const sample = frame[i] ?? 0;
      sum += sample * sample;
    }
    const power = sum / frame.length;
    this.#sum += power;
    this.#frames += 1;
    this.#noisePower = Math.min(NEVER_QUIET_POWER, Math.max(1, Math.min(power, this.#noisePower * NOISE_RISE)));
  }

  /** The level since the last call, in whole dBov, -90 to 0. */
  takeLevelDbov(): number {
    const power = this.#frames === 0 ? 0 : this.#sum / this.#frames;
    this.#sum = 0;
    this.#frames = 0;
    return power <= 0 ? FLOOR_DBOV : Math.max(FLOOR_DBOV, Math.round(10 * Math.log10(power / FULL_POWER)));
  }
}
