import { FRAME_SAMPLES, SAMPLE_RATE } from '../frame.ts';

/**
 * The hold music: our own small piece, so that nobody's licence is asked. A slow melody of the Japanese yonanuki scale (major without the
 * fourth and seventh) over broken chords, plucked softly; eight phrases of four bars, 77 s, then from the start.
 */
const BEATS_PER_MINUTE = 100;
const BEAT_SAMPLES = (60 * SAMPLE_RATE) / BEATS_PER_MINUTE;
const BEATS_PER_BAR = 4;
/** -18 dBFS: music is louder to the ear than speech of the same peak. */
const PEAK = 4125;
const TONIC_HZ = 293.66;

/** The melody, one bar a word: each character is a beat, a digit a degree of the scale (1 tonic, 6 its octave), `-` holds. */
const MELODY = [
  '5-6- 53-- 2-3- 1---',
  '3-5- 6-53 2-32 2---',
  '5-6- 8-65 6-53 3---',
  '2-35 3-21 2-1- 1---',
  '6--8 6-5- 3-56 5---',
  '3--5 6-8- 6-53 2---',
  '5-6- 53-- 2-32 3---',
  '2-35 6-53 2-1- 1---',
].flatMap((phrase) => phrase.split(' '));
/** Chords of the bars of one phrase, as degrees; two plucks a bar on the root, two above. */
const CHORDS = ['135', '613', '524', '135'] as const;

/** Semitones above the tonic of the degrees 1 to 9 of the pentatonic scale. */
const DEGREES = [0, 2, 4, 7, 9, 12, 14, 16, 19] as const;
const BASS_OCTAVE = 0.5;

interface Note {
  readonly hz: number;
  readonly startBeat: number;
  readonly beats: number;
  readonly loudness: number;
}

/** One loop of the piece; a whole number of frames long, and seamless: what rings on at its end sounds on at its start. */
export function composeHoldMusic(): Int16Array {
  const bars = MELODY.length;
  const length = Math.round((bars * BEATS_PER_BAR * BEAT_SAMPLES) / FRAME_SAMPLES) * FRAME_SAMPLES;
  const mix = new Float64Array(length);
  for (const note of [...melodyNotes(), ...chordNotes(bars)]) pluck(mix, note);
  const peak = mix.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
  return Int16Array.from(mix, (sample) => Math.round((sample / peak) * PEAK));
}

function melodyNotes(): Note[] {
  const notes: Note[] = [];
  MELODY.forEach((bar, index) => {
    for (let beat = 0; beat < BEATS_PER_BAR; beat += 1) {
      const degree = Number(bar[beat]);
      if (Number.isNaN(degree)) continue;
      const beats = 1 + (/^-*/.exec(bar.slice(beat + 1))?.[0].length ?? 0);
      notes.push({ hz: hzOf(degree), startBeat: index * BEATS_PER_BAR + beat, beats, loudness: 1 });
    }
  });
  return notes;
}

function chordNotes(bars: number): Note[] {
  return Array.from({ length: bars * BEATS_PER_BAR }, (_, startBeat) => {
    const chord = CHORDS[Math.floor(startBeat / BEATS_PER_BAR) % CHORDS.length] ?? CHORDS[0];
    const degree = Number(chord[[0, 1, 2, 1][startBeat % BEATS_PER_BAR] ?? 0]);
    return { hz: hzOf(degree) * BASS_OCTAVE, startBeat, beats: 2, loudness: 0.45 };
  });
}

function hzOf(degree: number): number {
  return TONIC_HZ * 2 ** ((DEGREES[degree - 1] ?? 0) / 12);
}

/** A soft string: three harmonics that die away, the higher the sooner. */
function pluck(mix: Float64Array, { hz, startBeat, beats, loudness }: Note): void {
  const start = Math.round(startBeat * BEAT_SAMPLES);
  const samples = Math.round((beats + 1.5) * BEAT_SAMPLES);
  for (const [harmonic, share] of [
    [1, 1],
    [2, 0.35],
    [3, 0.12],
  ] as const) {
    addDecayingSine(mix, { start, samples, hz: hz * harmonic, amplitude: loudness * share, halfLifeSeconds: 0.42 / harmonic });
  }
}

const ATTACK_SAMPLES = 64;

/** A two-multiplication oscillator: the mixer composes while it starts, so this has to be quick. */
function addDecayingSine(
  mix: Float64Array,
  sine: {
    readonly start: number;
    readonly samples: number;
    readonly hz: number;
    readonly amplitude: number;
    readonly halfLifeSeconds: number;
  },
): void {
  const decay = 0.5 ** (1 / (sine.halfLifeSeconds * SAMPLE_RATE));
  const angle = (2 * Math.PI * sine.hz) / SAMPLE_RATE;
  const turn = 2 * Math.cos(angle) * decay;
  const decaySquared = decay * decay;
  let before = 0;
  let now = Math.sin(angle) * decay * sine.amplitude;
  for (let i = 0; i < sine.samples; i += 1) {
    const at = (sine.start + i) % mix.length;
    mix[at] = (mix[at] ?? 0) + before * Math.min(1, i / ATTACK_SAMPLES);
    const next = turn * now - decaySquared * before;
    before = now;
    now = next;
  }
}
