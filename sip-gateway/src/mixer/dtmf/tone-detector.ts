import { SAMPLE_RATE } from '../frame.ts';

/** ITU-T Q.23. */
const ROWS_HZ = [697, 770, 852, 941] as const;
const COLUMNS_HZ = [1209, 1336, 1477, 1633] as const;
const KEYS = ['123A', '456B', '789C', '*0#D'] as const;

/** 12.75 ms: neighbouring rows, 73 Hz apart, fall almost on one another's zeros; a tone of 40 ms fills two blocks however it lies. */
const BLOCK_SAMPLES = 102;
/** A key is pressed after so many blocks in a row, and released after so many without it. */
const PRESS_BLOCKS = 2;
const RELEASE_BLOCKS = 2;
/** -39 dBm0 each tone: fainter is crosstalk. */
const MIN_AMPLITUDE = 250;
/** Twist (ITU-T Q.24): the columns up to 6 dB above the rows, or up to 8 dB below. */
const MAX_TWIST = 4;
const MAX_REVERSE_TWIST = 6.3;
/** Either tone stands 8 dB above the others of its group. */
const MIN_DOMINANCE = 6.3;
/** The two tones together make up this share of all that is heard: a voice spreads over its harmonics. */
const MIN_PURITY = 0.7;
/** A voice's second harmonic is about as strong as its first; that of a telephone's tone is not. */
const MAX_SECOND_HARMONIC = 0.1;
/** Tones nearer to each other than this are not told apart in one block. */
const RESOLUTION_HZ = (1.5 * SAMPLE_RATE) / BLOCK_SAMPLES;
/** A pressed key is as loud in one block as in the next, within 6 dB. */
const MAX_LEVEL_CHANGE = 4;

const MIN_POWER = (MIN_AMPLITUDE * BLOCK_SAMPLES) ** 2 / 4;

interface Hit {
  readonly digit: string;
  readonly power: number;
}

/** Hears the DTMF tones of a telephone in a stream of samples, and not the voice of its owner (Goertzel's algorithm per tone and block). */
export class ToneDetector {
  readonly #block = new Float64Array(BLOCK_SAMPLES);
  #filled = 0;
  #last: Hit | null = null;
  #repeated = 0;
  #missed = RELEASE_BLOCKS;
  #pressed: string | null = null;

  /** Takes the next samples. Returns the digits whose keys were pressed with them, usually none. */
  detect(samples: Int16Array): string {
    let digits = '';
    for (const sample of samples) {
      this.#block[this.#filled] = sample;
      this.#filled += 1;
      if (this.#filled < BLOCK_SAMPLES) continue;
      this.#filled = 0;
      digits += this.#takeBlock(findDigit(this.#block));
    }
    return digits;
  }

  #takeBlock(hit: Hit | null): string {
    const isSteady = hit !== null && this.#last?.digit === hit.digit && isWithin(hit.power / this.#last.power, MAX_LEVEL_CHANGE);
    this.#repeated = hit === null ? 0 : isSteady ? this.#repeated + 1 : 1;
    this.#last = hit;
    if (hit !== null && hit.digit === this.#pressed) {
      this.#missed = 0;
      return '';
    }
    this.#missed += 1;
    if (this.#missed >= RELEASE_BLOCKS) this.#pressed = null;
    if (hit === null || this.#repeated < PRESS_BLOCKS) return '';
    this.#pressed = hit.digit;
    this.#missed = 0;
    return hit.digit;
  }
}

function findDigit(block: Float64Array): Hit | null {
  const rows = ROWS_HZ.map((hz) => powerAt(block, hz));
  const row = strongest(rows);
  if (row === null) return null;
  const columns = COLUMNS_HZ.map((hz) => powerAt(block, hz));
  const column = strongest(columns);
  if (column === null) return null;
  const [rowPower, columnPower] = [rows[row] ?? 0, columns[column] ?? 0];
  if (columnPower > rowPower * MAX_TWIST || rowPower > columnPower * MAX_REVERSE_TWIST) return null;
  if (purity(block, rowPower + columnPower) < MIN_PURITY) return null;
  const [rowHz, columnHz] = [ROWS_HZ[row] ?? 0, COLUMNS_HZ[column] ?? 0];
  const isHarmonicSeen = Math.abs(2 * rowHz - columnHz) > RESOLUTION_HZ;
  if (isHarmonicSeen && powerAt(block, 2 * rowHz) > rowPower * MAX_SECOND_HARMONIC) return null;
  if (powerAt(block, 2 * columnHz) > columnPower * MAX_SECOND_HARMONIC) return null;
  return { digit: KEYS[row]?.[column] ?? '', power: rowPower + columnPower };
}

/** Which one is loud enough and stands out from the others. */
function strongest(powers: readonly number[]): number | null {
  const best = powers.indexOf(Math.max(...powers));
  const power = powers[best] ?? 0;
  if (power < MIN_POWER) return null;
  return powers.every((other, index) => index === best || power >= other * MIN_DOMINANCE) ? best : null;
}

/** The share of the block's energy that lies in tones of this power. */
function purity(block: Float64Array, power: number): number {
  let energy = 0;
  for (const sample of block) energy += sample * sample;
  return energy === 0 ? 0 : (2 * power) / (BLOCK_SAMPLES * energy);
}

function powerAt(block: Float64Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE);
  let last = 0;
  let beforeLast = 0;
  for (const sample of block) {
    const next = sample + coefficient * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  return last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
}

function isWithin(ratio: number, limit: number): boolean {
  return ratio <= limit && ratio >= 1 / limit;
}
