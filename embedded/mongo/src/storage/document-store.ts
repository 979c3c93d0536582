import { Catalog } from './catalog.ts';
import { CommittedView, type UnfinishedIndex } from './committed-view.ts';
import { DocumentWriter } from './document-writer.ts';
import { FileLock } from './file-lock.ts';
import { GroupCommit, GroupLost } from './group-commit.ts';
import { buildInSteps, dropUnfinishedIndexes } from './index-builder.ts';
import { isDiskFull, SqliteConnection, translateSqliteError, type ConnectionOptions } from './sqlite-connection.ts';
import { TransactionView } from './transaction-view.ts';
import { WriteClaims, writeConflict, type ClaimOwner } from './write-claims.ts';

/** A transaction's hold on the store. */
export interface OpenTransaction {
  readonly view: TransactionView;
  readonly owner: ClaimOwner;
}

interface Snapshot extends OpenTransaction {
  readonly connection: SqliteConnection;
  readonly end: () => void;
}

/** A write command: what it does to the collections, and to rows outside them. */
export type Write<Result> = (view: CommittedView, connection: SqliteConnection) => Result;

/** The data file: one writing connection, and a reading connection for the snapshot of each open transaction. */
export class DocumentStore {
  readonly #options: ConnectionOptions;
  readonly #lock: FileLock;
  readonly #main: SqliteConnection;
  readonly #idle: SqliteConnection[] = [];
  readonly #open = new Map<OpenTransaction, Snapshot>();
  readonly #claims = new WriteClaims();
  readonly #group = new GroupCommit({ commit: (run) => this.#commit(run), guarded: (run) => this.#guarded(run) });
  readonly catalog: Catalog;
  #commitNumber = 1;
  /** What the running SQLite transaction has written; open transactions with an older snapshot conflict with it. */
  #written: Iterable<string>[] = [];

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#lock = new FileLock(options.file);
    try {
      this.#main = new SqliteConnection(options);
      this.catalog = this.#prepare();
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  #prepare(): Catalog {
    this.#main.execute(
      'CREATE TABLE IF NOT EXISTS retryable_writes (session BLOB PRIMARY KEY, number INTEGER NOT NULL, reply BLOB NOT NULL, at INTEGER NOT NULL)',
    );
    const catalog = new Catalog(this.#main);
    dropUnfinishedIndexes(this.#main, catalog);
    return catalog;
  }

  /** A view for reading; it may outlive the command, as a cursor's source. */
  reader(): CommittedView {
    return new CommittedView(this.#main, this.catalog, this.#claims, this.#commitNumber);
  }

  /** Reads rows outside the collections. */
  read<Result>(run: (connection: SqliteConnection) => Result): Result {
    return run(this.#main);
  }

  /**
   * Runs one write command in one SQLite transaction: all of it is on disk when this returns, or none. Throws
   * ClaimedByTransaction when it met a document of an open transaction.
   */
  write<Result>(run: Write<Result>): Result {
    return this.#commit(() => this.#run(run).result);
  }

  /** Like `write`, but shares its fsync with the writes that come in the same moment, and fills new indexes before it resolves. */
  async writeTogether<Result>(run: Write<Result>): Promise<Result> {
    const { result, unfinished } = await this.#group.submit(() => this.#run(run));
    await this.#finish(unfinished);
    return result;
  }

  begin(): OpenTransaction {
    const connection = this.#idle.pop() ?? new SqliteConnection(this.#options);
    takeSnapshot(connection);
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const owner = { ended };
    const view = new TransactionView({
      connection,
      catalog: this.catalog,
      claims: this.#claims,
      owner,
      snapshot: this.#commitNumber,
    });
    const transaction = { view, owner };
    this.#open.set(transaction, { ...transaction, connection, end });
    this.#claims.hasTransactions = true;
    return transaction;
  }

  /** Makes a transaction's writes durable and visible at once. `alsoWrite` runs inside the same SQLite transaction. */
  async commit(transaction: OpenTransaction, alsoWrite: (connection: SqliteConnection) => void): Promise<void> {
    try {
      await this.#group.submit(() => {
        this.#applyPending(transaction.view);
        alsoWrite(this.#main);
        this.#written.push(this.#claims.targetsOf(transaction.owner));
      });
    } finally {
      this.#end(transaction);
    }
  }

  abort(transaction: OpenTransaction): void {
    this.#end(transaction);
  }

  close(): void {
    this.#group.flush();
    for (const transaction of [...this.#open.keys()]) this.#end(transaction);
    for (const connection of this.#idle) connection.close();
    this.#main.close();
    this.#lock.release();
  }

  #run<Result>(run: Write<Result>): { readonly result: Result; readonly unfinished: readonly UnfinishedIndex[] } {
    const view = new CommittedView(this.#main, this.catalog, this.#claims, this.#commitNumber + 1);
    const result = run(view, this.#main);
    this.#written.push(view.written);
    return { result, unfinished: view.unfinished };
  }

  async #finish(unfinished: readonly UnfinishedIndex[]): Promise<void> {
    for (const { collection, index } of unfinished) {
      await buildInSteps({
        catalog: this.catalog,
        collection,
        index,
        step: (run) => this.#group.submit(() => run(this.#main, this.#commitNumber + 1)),
      });
    }
  }

  #applyPending(view: TransactionView): void {
    for (const draft of view.drafts) {
      if (this.catalog.get(draft.namespace) !== undefined) throw writeConflict();
      this.catalog.adopt(this.#main, draft, this.#commitNumber + 1);
    }
    const writer = new DocumentWriter(this.#main, this.catalog);
    for (const [collection, writes] of view.pending) {
      if (collection.isDropped || this.catalog.get(collection.namespace) !== collection) throw writeConflict();
      // Everything old goes first, so that a key one document gives up can be taken by another. Changed documents come back with
      // their row numbers before new ones are given some.
      const all = writes.all();
      for (const { rid, before } of all) if (before !== undefined) writer.remove(collection, rid, before);
      for (const { rid, after } of all) {
        if (after !== undefined && rid > 0) writer.insert(collection, after.document, after.bytes, rid);
      }
      for (const { rid, after } of all)
        if (after !== undefined && rid < 0) writer.insert(collection, after.document, after.bytes);
    }
  }

  #commit<Result>(run: () => Result): Result {
    this.#main.execute('BEGIN IMMEDIATE');
    try {
      const result = run();
      this.#main.execute('COMMIT');
      this.#commitNumber += 1;
      this.catalog.committed();
      if (this.#claims.hasTransactions)
        for (const targets of this.#written) this.#claims.recordCommit(targets, this.#commitNumber);
      return result;
    } catch (error) {
      this.#main.rollback();
      this.catalog.rolledBack(this.#main);
      const translated = translateSqliteError(error);
      if (isDiskFull(translated)) this.#makeRoom();
      throw translated;
    } finally {
      this.#written = [];
    }
  }

  /** On a full disk the log may hold pages twice: without it removals, at least, have room again. */
  #makeRoom(): void {
    try {
      this.#main.emptyLog();
    } catch {
      // No room for that either; the client knows already.
    }
  }

  /** Runs one write of a group within a savepoint. */
  #guarded(run: () => unknown): unknown {
    this.#main.execute('SAVEPOINT command');
    try {
      const result = run();
      this.#main.execute('RELEASE command');
      return result;
    } catch (error) {
      if (!this.#main.isInTransaction) throw new GroupLost('rolled back as a whole', { cause: error });
      this.#main.execute('ROLLBACK TO command; RELEASE command');
      this.catalog.rolledBackToSavepoint(this.#main);
      throw translateSqliteError(error);
    }
  }

  #end(transaction: OpenTransaction): void {
    const snapshot = this.#open.get(transaction);
    if (snapshot === undefined) return;
    this.#open.delete(transaction);
    snapshot.view.end();
    snapshot.connection.rollback();
    snapshot.connection.trimStatements();
    this.#idle.push(snapshot.connection);
    this.#claims.release(snapshot.owner);
    this.#claims.hasTransactions = this.#open.size > 0;
    if (!this.#claims.hasTransactions) this.#claims.forgetCommits();
    snapshot.end();
  }
}

/** BEGIN alone takes no snapshot in SQLite; the first read does. */
function takeSnapshot(connection: SqliteConnection): void {
  connection.execute('BEGIN');
  connection.statement('SELECT count(*) FROM catalog').get();
}
