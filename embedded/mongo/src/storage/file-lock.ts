import { DatabaseSync } from 'node:sqlite';

/**
 * Holds `<file>.lock` exclusively for as long as the process lives. Two servers on one data file would each keep a catalog of their
 * own in memory. The operating system gives the lock back when the process dies, however it dies.
 */
export class FileLock {
  readonly #database: DatabaseSync;

  /** Throws when another server holds the lock. */
  constructor(file: string) {
    this.#database = new DatabaseSync(`${file}.lock`);
    try {
      this.#database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    } catch (error) {
      this.#database.close();
      throw new Error('another document server is using it', { cause: error });
    }
  }

  release(): void {
    this.#database.close();
  }
}
