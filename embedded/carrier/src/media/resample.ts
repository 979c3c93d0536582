const ZERO_CROSSINGS = 16;

/** Resamples by a Hann-windowed sinc whose cut-off lies at 45 % of the lower rate, so that nothing folds back. */
export function resample(samples: Float32Array, fromRate: number, toRate: number): Float32Array {
  if (fromRate === toRate) return samples;
  const cutOff = (0.9 * Math.min(fromRate, toRate)) / fromRate;
  const reach = Math.ceil(ZERO_CROSSINGS / cutOff);
  const resampled = new Float32Array(Math.floor((samples.length * toRate) / fromRate));
  for (let index = 0; index < resampled.length; index += 1) {
    const centre = (index * fromRate) / toRate;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(samples.length - 1, Math.floor(centre + reach));
    let sum = 0;
    for (let tap = first; tap <= last; tap += 1) {
      const distance = tap - centre;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / (reach + 1));
      sum += (samples[tap] ?? 0) * cutOff * sinc(cutOff * distance) * window;
    }
    resampled[index] = sum;
  }
  return resampled;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
