/** About -0.8 dBFS: µ-law itself ends at 32 124. */
const CEILING = 30_000;
/** The level comes back by 6 dB in about half a second. */
const RELEASE = 1.03;
/** Beyond the ceiling, what overshoots while the gain goes down is bent, not cut. */
const HEADROOM = 32_000 - CEILING;

/** Keeps the sum of several voices within 16 bits by turning it down smoothly, never by cutting. One for each listener. */
export class Limiter {
  #gain = 1;

  /** Works in place on one frame. */
  limit(sum: Float64Array): void {
    let peak = 0;
    for (let i = 0; i < sum.length; i += 1) {
      const magnitude = Math.abs(sum[i] ?? 0);
      if (magnitude > peak) peak = magnitude;
    }
    if (this.#gain === 1 && peak <= CEILING) return;
    const start = this.#gain;
    const target = Math.min(1, start * RELEASE, peak > CEILING ? CEILING / peak : 1);
    const step = (target - start) / sum.length;
    for (let i = 0; i < sum.length; i += 1) sum[i] = bend((sum[i] ?? 0) * (start + step * (i + 1)));
    this.#gain = target;
  }
}

function bend(sample: number): number {
  const magnitude = Math.abs(sample);
  if (magnitude <= CEILING) return sample;
  return Math.sign(sample) * (CEILING + HEADROOM * Math.tanh((magnitude - CEILING) / HEADROOM));
}
