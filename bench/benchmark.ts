export interface BenchmarkOptions {
  /** A short run, to see that the benchmark works. */
  readonly quick: boolean;
  /** Search for the limit instead, where the benchmark knows how. */
  readonly max: boolean;
  readonly progress: (line: string) => void;
}

export interface BenchmarkResult {
  /** For people: one row a measured quantity. */
  readonly table: readonly Readonly<Record<string, string | number>>[];
  /** For machines: the last line, as JSON. */
  readonly figures: Readonly<Record<string, number>>;
}

export type Benchmark = (options: BenchmarkOptions) => Promise<BenchmarkResult>;

/** The value below which `fraction` of the samples lie (nearest rank), rounded to a tenth. */
export function percentile(samples: readonly number[], fraction: number): number {
  if (samples.length === 0) throw new Error('no samples');
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = Math.max(0, Math.ceil(sorted.length * fraction) - 1);
  return Math.round((sorted[rank] ?? Number.NaN) * 10) / 10;
}
