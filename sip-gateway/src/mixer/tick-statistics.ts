const BUCKET_MS = 0.25;
const BUCKETS = 400;

/** How punctual the ticks are: a histogram, so that hours of ticks cost nothing. */
export class TickStatistics {
  readonly #histogram = new Uint32Array(BUCKETS + 1);
  #run = 0;
  #skipped = 0;
  #latenessMaxMs = 0;

  add(ticks: { readonly run: number; readonly skipped: number; readonly latenessMs: number }): void {
    this.#run += ticks.run;
    this.#skipped += ticks.skipped;
    this.#latenessMaxMs = Math.max(this.#latenessMaxMs, ticks.latenessMs);
    const bucket = Math.min(BUCKETS, Math.floor(ticks.latenessMs / BUCKET_MS));
    this.#histogram[bucket] = (this.#histogram[bucket] ?? 0) + 1;
  }

  /** `latenessP99Ms` is the upper edge of its bucket, or the maximum when above 100 ms. */
  get summary(): { run: number; skipped: number; latenessP99Ms: number; latenessMaxMs: number } {
    return {
      run: this.#run,
      skipped: this.#skipped,
      latenessP99Ms: this.#percentileMs(0.99),
      latenessMaxMs: this.#latenessMaxMs,
    };
  }

  #percentileMs(share: number): number {
    const wanted = this.#histogram.reduce((sum, count) => sum + count, 0) * share;
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.#histogram[bucket] ?? 0;
      if (seen >= wanted) return (bucket + 1) * BUCKET_MS;
    }
    return this.#latenessMaxMs;
  }
}
