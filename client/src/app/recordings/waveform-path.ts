/** Height of a lane in the drawing's own units; the picture stretches to its place. */
export const LANE_HEIGHT = 100;
/** Even silence leaves a hairline, so that the lane is seen to be there. */
const LEAST = 2;

/** The largest peak of each of `count` equal parts. Fewer peaks than parts are returned as they are. */
export function resample(peaks: readonly number[], count: number): number[] {
  if (peaks.length <= count) return [...peaks];
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * peaks.length) / count);
    const until = Math.floor(((index + 1) * peaks.length) / count);
    return Math.max(...peaks.slice(from, until));
  });
}

/** One path of upright bars around the middle line, one unit wide each with a gap between. */
export function waveformPath(peaks: readonly number[]): string {
  return peaks
    .map((peak, index) => {
      const height = Math.max(LEAST, Math.min(1, peak) * LANE_HEIGHT);
      const top = (LANE_HEIGHT - height) / 2;
      return `M${index + 0.15} ${round(top)}h.7v${round(height)}h-.7z`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
