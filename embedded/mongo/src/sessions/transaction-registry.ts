import { CommandError } from '../command-error.ts';
import type { DocumentStore, OpenTransaction } from '../storage/document-store.ts';
import type { CursorRegistry } from './cursor-registry.ts';
import { storedReply, storeReply, type WriteIdentity } from './retryable-writes.ts';

/** MongoDB's transactionLifetimeLimitSeconds. */
export const TRANSACTION_LIFETIME_MS = 60_000;
/** How long an ended transaction's outcome is known to late questions. */
const REMEMBERED_MS = 30 * 60_000;

export interface SessionTransaction {
  readonly number: bigint;
  readonly open: OpenTransaction;
  readonly startedAtMs: number;
  state: 'active' | 'committing' | 'committed' | 'aborted';
  /** Settles when a commit that is under way has ended. */
  commit?: Promise<void>;
}

/** The multi-document transaction of each session. */
export class TransactionRegistry {
  readonly #store: DocumentStore;
  readonly #cursors: CursorRegistry;
  readonly #now: () => number;
  readonly #bySession = new Map<string, SessionTransaction>();

  constructor(store: DocumentStore, cursors: CursorRegistry, now: () => number) {
    this.#store = store;
    this.#cursors = cursors;
    this.#now = now;
  }

  start(identity: WriteIdentity): SessionTransaction {
    const { session, number } = identity;
    const key = sessionKey(session);
    const previous = this.#bySession.get(key);
    if (previous?.number === number) {
      const reason = `a transaction with the same number is in state ${previous.state}`;
      throw new CommandError(50911, `Cannot start a transaction at given transaction number ${number}: ${reason}`);
    }
    this.#supersede(identity);
    const transaction: SessionTransaction = { number, open: this.#store.begin(), startedAtMs: this.#now(), state: 'active' };
    this.#bySession.set(key, transaction);
    return transaction;
  }

  /** The active transaction of a statement; throws MongoDB's error when it was aborted, committed or never started. */
  active({ session, number }: WriteIdentity): SessionTransaction {
    const transaction = this.#bySession.get(sessionKey(session));
    if (transaction !== undefined && transaction.number > number) throw tooOld(number, transaction.number);
    if (transaction?.number !== number) throw noSuchTransaction(number);
    if (transaction.state === 'active') return transaction;
    if (transaction.state === 'aborted') throw noSuchTransaction(number);
    throw new CommandError(256, `Transaction with { txnNumber: ${number} } has been committed.`);
  }

  /** A retryable write of a session ends the transaction before it, and must not be older than it. */
  noteRetryableWrite(identity: WriteIdentity): void {
    const transaction = this.#bySession.get(sessionKey(identity.session));
    if (transaction?.number === identity.number) {
      throw new CommandError(50911, `txnNumber ${identity.number} has been used by a transaction of this session`);
    }
    this.#supersede(identity);
  }

  /** Commits; a repeated commit of a committed transaction succeeds again, also after a restart. */
  async commit(identity: WriteIdentity): Promise<void> {
    const transaction = this.#bySession.get(sessionKey(identity.session));
    if (transaction?.number !== identity.number) {
      if (this.#store.read((connection) => storedReply(connection, identity)) !== undefined) return;
      throw noSuchTransaction(identity.number);
    }
    if (transaction.state === 'aborted') throw noSuchTransaction(identity.number);
    if (transaction.state === 'active') transaction.commit = this.#commit(transaction, identity);
    await transaction.commit;
  }

  async #commit(transaction: SessionTransaction, identity: WriteIdentity): Promise<void> {
    this.#cursors.killOf(transaction);
    transaction.state = 'committing';
    try {
      await this.#store.commit(transaction.open, (connection) => storeReply(connection, identity, { ok: 1 }, this.#now()));
      transaction.state = 'committed';
    } catch (error) {
      transaction.state = 'aborted';
      throw error;
    }
  }

  abort(identity: WriteIdentity): void {
    this.#end(this.active(identity));
  }

  /** After an error inside a transaction MongoDB aborts it. */
  fail(transaction: SessionTransaction): void {
    this.#end(transaction);
  }

  /** Ends a session: its transaction and its cursors. */
  endSession(session: Uint8Array): void {
    const key = sessionKey(session);
    const transaction = this.#bySession.get(key);
    if (transaction !== undefined) this.#end(transaction);
    this.#cursors.killOfSession(key);
    if (transaction?.state !== 'committing') this.#bySession.delete(key);
  }

  endAllSessions(): void {
    for (const key of this.#bySession.keys()) this.endSession(Buffer.from(key, 'hex'));
  }

  abortOverdue(): void {
    for (const [key, transaction] of this.#bySession) {
      const ageMs = this.#now() - transaction.startedAtMs;
      if (ageMs > TRANSACTION_LIFETIME_MS) this.#end(transaction);
      if (ageMs > REMEMBERED_MS && transaction.state !== 'committing') this.#bySession.delete(key);
    }
  }

  #supersede({ session, number }: WriteIdentity): void {
    const previous = this.#bySession.get(sessionKey(session));
    if (previous === undefined) return;
    if (previous.number > number) throw tooOld(number, previous.number);
    this.#end(previous);
  }

  #end(transaction: SessionTransaction): void {
    if (transaction.state !== 'active') return;
    transaction.state = 'aborted';
    this.#cursors.killOf(transaction);
    this.#store.abort(transaction.open);
  }
}

function noSuchTransaction(number: bigint): CommandError {
  return new CommandError(251, `Given transaction number ${number} does not match any in-progress transactions.`, {
    errorLabels: ['TransientTransactionError'],
  });
}

const tooOld = (number: bigint, newest: bigint): CommandError =>
  new CommandError(225, `Transaction number ${number} is too old: ${newest} has already started in this session`);

/** A session's id as a map key. */
export const sessionKey = (session: Uint8Array): string => Buffer.from(session).toString('hex');
