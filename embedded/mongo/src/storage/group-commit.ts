interface Job {
  readonly run: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** SQLite has rolled back the whole group by itself. */
export class GroupLost extends Error {}

/** What a group needs of SQLite. Each function throws what SQLite throws. */
export interface CommitMechanics {
  /** Runs a function in one SQLite transaction, with an fsync at its end; rolls back when it throws. */
  readonly commit: (run: () => void) => void;
  /** Runs a function so that what it wrote is undone when it throws, and nothing else. Throws GroupLost when that is not possible. */
  readonly guarded: (run: () => unknown) => unknown;
}

/**
 * Writes that arrive in the same moment share one SQLite transaction and one fsync. Each is still all or nothing, and none is
 * answered before the disk has them all.
 */
export class GroupCommit {
  readonly #mechanics: CommitMechanics;
  #waiting: Job[] = [];

  constructor(mechanics: CommitMechanics) {
    this.#mechanics = mechanics;
  }

  /** Resolves when the write is durable; rejects with what it threw. It may be run twice, the first time without effect. */
  submit<Result>(run: () => Result): Promise<Result> {
    if (this.#waiting.length === 0) setImmediate(() => this.flush());
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ run, resolve: (result) => resolve(result as Result), reject }); // `run` gives a Result
    });
  }

  /** Commits what waits now. */
  flush(): void {
    const jobs = this.#waiting;
    this.#waiting = [];
    const [only] = jobs;
    if (jobs.length === 1 && only !== undefined) this.#commitAlone(only);
    else if (jobs.length > 1) this.#commitTogether(jobs);
  }

  #commitTogether(jobs: readonly Job[]): void {
    const settle: (() => void)[] = [];
    try {
      this.#mechanics.commit(() => {
        for (const job of jobs) settle.push(this.#attempt(job));
      });
    } catch {
      // Nothing of the group is in the file, a full disk for example: each write finds out for itself.
      for (const job of jobs) this.#commitAlone(job);
      return;
    }
    for (const settleJob of settle) settleJob();
  }

  #attempt({ run, resolve, reject }: Job): () => void {
    try {
      const result = this.#mechanics.guarded(run);
      return () => resolve(result);
    } catch (error) {
      if (error instanceof GroupLost) throw error;
      return () => reject(error);
    }
  }

  #commitAlone({ run, resolve, reject }: Job): void {
    let result: unknown;
    try {
      this.#mechanics.commit(() => {
        result = run();
      });
    } catch (error) {
      reject(error);
      return;
    }
    resolve(result);
  }
}
