import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { CommandError } from '../command-error.ts';

const SQLITE_FULL = 13;
const SQLITE_IOERR_SHMSIZE = 4874;
const MOST_STATEMENTS = 500;
const OUT_OF_DISK_SPACE = 14031;
/** Of a new file. Every changed page is written whole: entries of an index in random order change one page each. */
const PAGE_BYTES = 2048;
/** Pages of the write-ahead log that go into the data file at once; many commits change the same index pages in between. */
const CHECKPOINT_PAGES = 48_000;
/** A larger write-ahead log is cut back to this size when it starts over. */
const LARGEST_IDLE_LOG_BYTES = 128 * 1024 * 1024;

export interface ConnectionOptions {
  readonly file: string;
  /** Skips the fsync at commit: a power cut may lose the last commits, never the file's consistency. Tests only. */
  readonly relaxed: boolean;
  /** Reads only, beside a server that writes. */
  readonly isReadOnly?: boolean;
  /** Upper limit of the file in pages, which lets a test fill the "disk". */
  readonly maxPageCount?: number;
}

/** One SQLite connection with its prepared statements. */
export class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #rowStatements = new Map<string, StatementSync>();

  constructor(options: ConnectionOptions) {
    this.#database = new DatabaseSync(options.file, { readOnly: options.isReadOnly === true });
    if (options.isReadOnly === true) return;
    this.#database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL`);
    this.#database.exec(`PRAGMA synchronous = ${options.relaxed ? 'OFF' : 'FULL'}`);
    this.#database.exec('PRAGMA busy_timeout = 0; PRAGMA cache_size = -65536');
    this.#database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${LARGEST_IDLE_LOG_BYTES}`);
    if (options.maxPageCount !== undefined) this.#database.exec(`PRAGMA max_page_count = ${options.maxPageCount}`);
  }

  /** The statement for this SQL text, prepared once. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /** Like `statement`, but its rows are arrays of columns, which cost less to make. */
  rows(sql: string): StatementSync {
    const known = this.#rowStatements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#database.prepare(sql);
    prepared.setReturnArrays(true);
    this.#rowStatements.set(sql, prepared);
    return prepared;
  }

  execute(sql: string): void {
    this.#database.exec(sql);
  }

  /** False when SQLite has rolled back by itself, as after some errors. */
  get isInTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** Forgets prepared statements: needed before a table they use is dropped. */
  forgetStatements(): void {
    this.#statements.clear();
    this.#rowStatements.clear();
  }

  /** Forgets prepared statements when there are so many that some must be of tables long gone. */
  trimStatements(): void {
    if (this.#statements.size + this.#rowStatements.size > MOST_STATEMENTS) this.forgetStatements();
  }

  /** SQLite has rolled back by itself after some errors; then there is nothing left to roll back. */
  rollback(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }

  /** Moves the write-ahead log into the data file and empties it, which gives room on a full disk. */
  emptyLog(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.forgetStatements();
    this.#database.close();
  }
}

/** Turns SQLite's "disk full" into MongoDB's OutOfDiskSpace; returns other errors as they are. */
export function translateSqliteError(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  const isFull = error.errcode === SQLITE_FULL || error.errcode === SQLITE_IOERR_SHMSIZE;
  return isFull
    ? new CommandError(
        OUT_OF_DISK_SPACE,
        'No space left on the disk that holds the data file; nothing of this command was written',
      )
    : error;
}

export const isDiskFull = (error: unknown): boolean => error instanceof CommandError && error.code === OUT_OF_DISK_SPACE;
