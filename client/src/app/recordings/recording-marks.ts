import type { RecordingView } from '#contracts/recordings.contract';
import { formatDuration } from '../design/duration';

/** Silence is cut to this much at either end, so that no word is. */
const SPARE_SECONDS = 0.3;

/** A moment or a stretch of a recording with a name. */
export interface Mark {
  /** Key of its word under `recordings.mark`. */
  readonly word: string;
  readonly atSeconds: number;
  readonly seconds: number;
  readonly time: string;
  /** `pause` and `gap` have no sound. */
  readonly tone: 'plain' | 'pause' | 'gap';
  /** The party that is missing, if it is one. */
  readonly party: string | null;
}

/** Marks and gaps in the order of time. */
export function listMarks({ marks, gaps }: Pick<RecordingView, 'marks' | 'gaps'>): Mark[] {
  const named = marks.filter(({ kind }) => kind !== 'gap').map(({ kind, atSeconds, seconds, reason }): Mark => {
    const word = kind === 'pause' ? `pause_${reason ?? 'by-hand'}` : kind;
    return { word, atSeconds, seconds, time: formatDuration(atSeconds), tone: kind === 'pause' ? 'pause' : 'plain', party: null };
  });
  const missing = gaps.map(({ kind, channel, atSeconds, seconds }): Mark => {
    return { word: `gap_${kind}`, atSeconds, seconds, time: formatDuration(atSeconds), tone: 'gap', party: channel };
  });
  return [...named, ...missing].sort((a, b) => a.atSeconds - b.atSeconds);
}

/** Where to go on when nobody speaks here; null when somebody does. */
export function endOfSilence(position: number, silences: RecordingView['silences']): number | null {
  for (const { atSeconds, seconds } of silences) {
    const end = atSeconds + seconds - SPARE_SECONDS;
    if (position >= atSeconds + SPARE_SECONDS && position < end - SPARE_SECONDS) return end;
  }
  return null;
}

/** `third-party-2` is the second of its kind. */
export function splitParty(name: string): { word: string; number: number | null } {
  const match = /^(.*)-(\d+)$/.exec(name);
  return match?.[1] ? { word: match[1], number: Number(match[2]) } : { word: name, number: null };
}
