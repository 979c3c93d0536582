import { Catalog } from './catalog.ts';
import { CommittedView } from './committed-view.ts';
import { DocumentWriter } from './document-table.ts';
import { FileLock } from './file-lock.ts';
import { SqliteConnection, translateSqliteError, type ConnectionOptions } from './sqlite-connection.ts';
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

/** The data file: one writing connection, and a reading connection for the snapshot of each open transaction. */
export class DocumentStore {
  readonly #options: ConnectionOptions;
  readonly #lock: FileLock;
  readonly #main: SqliteConnection;
  readonly #idle: SqliteConnection[] = [];
  readonly #open = new Map<OpenTransaction, Snapshot>();
  readonly #claims = new WriteClaims();
  readonly catalog: Catalog;
  #commitNumber = 1;

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
    return new Catalog(this.#main);
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
  write<Result>(run: (view: CommittedView, connection: SqliteConnection) => Result): Result {
    const view = new CommittedView(this.#main, this.catalog, this.#claims, this.#commitNumber + 1);
    const result = this.#commit(() => run(view, this.#main));
    if (this.#open.size > 0) this.#claims.recordCommit(view.written, this.#commitNumber);
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
      createCollection: (namespace, canRenew) => this.#createForTransaction(connection, namespace, canRenew),
    });
    const transaction = { view, owner };
    this.#open.set(transaction, { ...transaction, connection, end });
    return transaction;
  }

  /** Makes a transaction's writes durable and visible at once. `alsoWrite` runs inside the same SQLite transaction. */
  commit(transaction: OpenTransaction, alsoWrite: (connection: SqliteConnection) => void): void {
    const written = this.#claims.targetsOf(transaction.owner);
    try {
      this.#commit(() => {
        this.#applyPending(transaction.view);
        alsoWrite(this.#main);
      });
      this.#claims.recordCommit(written, this.#commitNumber);
    } finally {
      this.#end(transaction);
    }
  }

  abort(transaction: OpenTransaction): void {
    this.#end(transaction);
  }

  close(): void {
    for (const transaction of [...this.#open.keys()]) this.#end(transaction);
    for (const connection of this.#idle) connection.close();
    this.#main.close();
    this.#lock.release();
  }

  #applyPending(view: TransactionView): void {
    const writer = new DocumentWriter(this.#main, this.catalog);
    for (const [collection, writes] of view.pending) {
      if (collection.isDropped || this.catalog.get(collection.namespace) !== collection) throw writeConflict();
      const ordered = [...writes.values()];
      // Everything old goes first, so that a key one document gives up can be taken by another.
      for (const { rid, before } of ordered) if (before !== undefined) writer.remove(collection, rid, before);
      for (const { rid, after } of ordered) {
        if (after !== undefined) writer.insert(collection, after.document, after.bytes, rid > 0 ? rid : undefined);
      }
    }
  }

  /**
   * Creates a collection a transaction wants to insert into, at once and for everybody. A transaction that has not read yet
   * gets a new snapshot that contains it; returns the snapshot's number.
   */
  #createForTransaction(connection: SqliteConnection, namespace: string, canRenew: boolean): number | undefined {
    this.write((view) => view.ensureCollection(namespace));
    if (!canRenew) return undefined;
    connection.rollback();
    takeSnapshot(connection);
    return this.#commitNumber;
  }

  #commit<Result>(run: () => Result): Result {
    this.#main.execute('BEGIN IMMEDIATE');
    try {
      const result = run();
      this.#main.execute('COMMIT');
      this.#commitNumber += 1;
      this.catalog.committed();
      return result;
    } catch (error) {
      this.#main.rollback();
      this.catalog.rolledBack(this.#main);
      throw translateSqliteError(error);
    }
  }

  #end(transaction: OpenTransaction): void {
    const snapshot = this.#open.get(transaction);
    if (snapshot === undefined) return;
    this.#open.delete(transaction);
    snapshot.connection.rollback();
    snapshot.connection.forgetStatements();
    this.#idle.push(snapshot.connection);
    this.#claims.release(snapshot.owner);
    if (this.#open.size === 0) this.#claims.forgetCommits();
    snapshot.end();
  }
}

/** BEGIN alone takes no snapshot in SQLite; the first read does. */
function takeSnapshot(connection: SqliteConnection): void {
  connection.execute('BEGIN');
  connection.statement('SELECT count(*) FROM catalog').get();
}
