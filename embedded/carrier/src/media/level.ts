/** Levels are in dBFS relative to a full-scale sine of 16-bit linear samples: such a sine is 0 dBFS by tone and by RMS. */
export const FLOOR_DBFS = -100;
const FULL_SCALE = 32768;

/** Peak amplitude of a sine at this level, in 16-bit linear units. */
export function amplitudeOf(dbfs: number): number {
  return FULL_SCALE * 10 ** (dbfs / 20);
}

/** Level of a sine with this peak amplitude; digital silence is `FLOOR_DBFS`, since JSON has no minus infinity. */
export function dbfsOf(amplitude: number): number {
  if (amplitude <= 0) return FLOOR_DBFS;
  return Math.max(FLOOR_DBFS, 20 * Math.log10(amplitude / FULL_SCALE));
}

/** Level of one frequency by Goertzel's algorithm. Most selective when the frequency is a multiple of rate / samples. */
export function toneDbfs(samples: ArrayLike<number>, frequencyHz: number, sampleRate: number): number {
  if (samples.length === 0) return FLOOR_DBFS;
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRate);
  let previous = 0;
  let beforePrevious = 0;
  for (let index = 0; index < samples.length; index += 1) {
    const current = (samples[index] ?? 0) + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
  }
  const power = previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious;
  return dbfsOf((2 * Math.sqrt(Math.max(0, power))) / samples.length);
}

/** Level of everything together, by root mean square. */
export function rmsDbfs(samples: ArrayLike<number>): number {
  if (samples.length === 0) return FLOOR_DBFS;
  let squares = 0;
  for (let index = 0; index < samples.length; index += 1) squares += (samples[index] ?? 0) ** 2;
  return dbfsOf(Math.sqrt((2 * squares) / samples.length));
}
