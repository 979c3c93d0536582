import { SAMPLE_RATE } from '../frame.ts';
import { ToneDetector } from './tone-detector.ts';

const PAIRS: Readonly<Record<string, readonly [number, number]>> = Object.fromEntries(
  [...'123A456B789C*0#D'].map((digit, i) => [digit, [[697, 770, 852, 941][i >> 2] ?? 0, [1209, 1336, 1477, 1633][i & 3] ?? 0]]),
);

interface Press {
  readonly seconds?: number;
  readonly rowLevel?: number;
  readonly columnLevel?: number;
  readonly detune?: number;
}

function press(digit: string, { seconds = 0.04, rowLevel = 3000, columnLevel = 3000, detune = 1 }: Press = {}): number[] {
  const [row, column] = PAIRS[digit] ?? [0, 0];
  return Array.from(
    { length: Math.round(seconds * SAMPLE_RATE) },
    (_, i) =>
      rowLevel * Math.sin((2 * Math.PI * row * detune * i) / SAMPLE_RATE) +
      columnLevel * Math.sin((2 * Math.PI * column * detune * i) / SAMPLE_RATE),
  );
}

const pause = (seconds: number): number[] => Array<number>(Math.round(seconds * SAMPLE_RATE)).fill(0);

function heard(...parts: number[][]): string {
  return new ToneDetector().detect(Int16Array.from(parts.flat()));
}

/** A deterministic noise between -1 and 1. */
function makeNoise(): () => number {
  let seed = 5;
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
}

describe('the tone detector', () => {
  it('hears every key when it is pressed for 40 ms, however it lies in the blocks', () => {
    for (const digit of Object.keys(PAIRS))
      for (let offset = 0; offset < 102; offset += 17)
        expect(heard(pause(offset / SAMPLE_RATE), press(digit), pause(0.05))).toBe(digit);
  });

  it('tells a key once, however long it is held, and again when it is pressed again', () => {
    expect(heard(press('5', { seconds: 2 }))).toBe('5');
    expect(heard(press('5'), pause(0.04), press('5'), pause(0.04), press('6'))).toBe('556');
  });

  it('does not hear 20 ms of it', () => {
    for (const digit of Object.keys(PAIRS)) expect(heard(pause(0.01), press(digit, { seconds: 0.02 }), pause(0.05))).toBe('');
  });

  it('allows for the twist and the tolerance of real telephones', () => {
    for (const digit of Object.keys(PAIRS)) {
      expect(heard(press(digit, { columnLevel: 1500, seconds: 0.06 }))).toBe(digit);
      expect(heard(press(digit, { rowLevel: 1900, seconds: 0.06 }))).toBe(digit);
      for (const detune of [0.985, 1.015]) expect(heard(press(digit, { detune, seconds: 0.06 }))).toBe(digit);
    }
  });

  it('refuses what is no pair of tones of one telephone', () => {
    expect(heard(press('5', { columnLevel: 0, seconds: 0.2 }))).toBe('');
    expect(heard(press('5', { rowLevel: 0, seconds: 0.2 }))).toBe('');
    expect(heard(press('5', { columnLevel: 900, rowLevel: 6000, seconds: 0.2 }))).toBe('');
    expect(heard(press('5', { detune: 1.04, seconds: 0.2 }))).toBe('');
    expect(heard(press('5', { columnLevel: 90, rowLevel: 90, seconds: 0.2 }))).toBe('');
  });

  it('hears keys through the noise of a bad line, and none in the noise alone', () => {
    const noise = makeNoise();
    const noisy = (samples: number[]): number[] => samples.map((sample) => sample + 700 * noise());
    expect(heard(noisy([...pause(0.5), ...press('7', { seconds: 0.08 }), ...pause(0.1), ...press('#', { seconds: 0.08 })]))).toBe(
      '7#',
    );
    expect(heard(Array.from({ length: 10 * SAMPLE_RATE }, () => 8000 * noise()))).toBe('');
  });

  it('takes no voice for a key: vowels of every pitch, gliding', () => {
    const vowel = (pitch: number, seconds: number): number[] =>
      Array.from({ length: seconds * SAMPLE_RATE }, (_, i) => {
        let sample = 0;
        const phase = 2 * Math.PI * (pitch + (pitch * i) / SAMPLE_RATE / 20) * (i / SAMPLE_RATE);
        for (let k = 1; k * pitch < 3400; k += 1) {
          const formants = [730, 1240, 2400].reduce((sum, formant) => sum + 1 / (1 + ((k * pitch - formant) / 90) ** 2), 0.02);
          sample += 4000 * formants * Math.sin(phase * k);
        }
        return sample;
      });
    for (let pitch = 80; pitch < 340; pitch += 3) expect(heard(vowel(pitch, 0.4))).toBe('');
  });
});
