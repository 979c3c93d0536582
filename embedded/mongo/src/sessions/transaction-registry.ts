import { CommandError } from '../command-error.ts';
import type { DocumentStore, OpenTransaction } from '../storage/document-store.ts';
import type { CursorRegistry } from './cursor-registry.ts';
import { storedReply, storeReply, type WriteIdentity } from './retryable-writes.ts';

/** MongoDB's transactionLifetimeLimitSeconds. */
const LIFETIME_MS = 60_000;

export interface SessionTransaction {
  readonly number: bigint;
  readonly open: OpenTransaction;
  readonly startedAtMs: number;
  state: 'active' | 'committed' | 'aborted';
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

  start({ session, number }: WriteIdentity): SessionTransaction {
    const key = sessionKey(session);
    const previous = this.#bySession.get(key);
    if (previous !== undefined && previous.number >= number) {
      if (previous.number > number)
        throw new CommandError(225, `Cannot start transaction ${number}: a newer one has already started`);
      throw new CommandError(117, `Cannot start transaction with { txnNumber: ${number} } because it has already started`);
    }
    if (previous !== undefined) this.#end(previous);
    const transaction: SessionTransaction = { number, open: this.#store.begin(), startedAtMs: this.#now(), state: 'active' };
    this.#bySession.set(key, transaction);
    return transaction;
  }

  /** The active transaction of a statement; throws NoSuchTransaction when it was aborted, committed or never started. */
  active({ session, number }: WriteIdentity): SessionTransaction {
    const transaction = this.#bySession.get(sessionKey(session));
    if (transaction?.number === number && transaction.state === 'active') return transaction;
    if (transaction?.number === number && transaction.state === 'committed') {
      throw new CommandError(256, `Transaction with { txnNumber: ${number} } has been committed.`);
    }
    throw noSuchTransaction(number);
  }

  /** Commits; a repeated commit of a committed transaction succeeds again, also after a restart. */
  commit(identity: WriteIdentity): void {
    const transaction = this.#bySession.get(sessionKey(identity.session));
    if (transaction?.number !== identity.number) {
      if (this.#store.read((connection) => storedReply(connection, identity)) !== undefined) return;
      throw noSuchTransaction(identity.number);
    }
    if (transaction.state === 'committed') return;
    if (transaction.state === 'aborted') throw noSuchTransaction(identity.number);
    this.#cursors.killOf(transaction);
    transaction.state = 'aborted';
    this.#store.commit(transaction.open, (connection) => storeReply(connection, identity, { ok: 1 }, this.#now()));
    transaction.state = 'committed';
  }

  abort(identity: WriteIdentity): void {
    this.#end(this.active(identity));
  }

  /** After an error inside a transaction MongoDB aborts it. */
  fail(transaction: SessionTransaction): void {
    this.#end(transaction);
  }

  endSession(session: Uint8Array): void {
    const key = sessionKey(session);
    const transaction = this.#bySession.get(key);
    if (transaction !== undefined) this.#end(transaction);
    this.#bySession.delete(key);
  }

  abortOverdue(): void {
    for (const [key, transaction] of this.#bySession) {
      const ageMs = this.#now() - transaction.startedAtMs;
      if (transaction.state === 'active' && ageMs > LIFETIME_MS) this.#end(transaction);
      if (transaction.state !== 'active' && ageMs > 30 * LIFETIME_MS) this.#bySession.delete(key);
    }
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

const sessionKey = (session: Uint8Array): string => Buffer.from(session).toString('hex');
