import type { Timestamp } from 'bson';
import { CommandError } from '../command-error.ts';
import type { DocumentStore, OpenTransaction } from '../storage/document-store.ts';
import type { StorageView } from '../storage/storage-view.ts';

/** MongoDB's minSnapshotHistoryWindowInSeconds. */
const KEPT_MS = 5 * 60_000;
/** Each holds a SQLite connection, and keeps the write-ahead log from starting over. */
const MOST = 32;

interface Snapshot {
  readonly open: OpenTransaction;
  readonly takenAtMs: number;
}

/** Snapshots that reads outside transactions have taken (`readConcern: { level: 'snapshot' }`), by cluster time. */
export class SnapshotReads {
  readonly #store: DocumentStore;
  readonly #now: () => number;
  readonly #byTime = new Map<bigint, Snapshot>();

  constructor(store: DocumentStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** The data as they were at `wanted`, or are at `current` when the client named no time. Throws SnapshotTooOld (239). */
  view(wanted: Timestamp | undefined, current: Timestamp): StorageView {
    const known = this.#byTime.get((wanted ?? current).toBigInt());
    if (known !== undefined) return known.open.view;
    if (wanted !== undefined && wanted.toBigInt() !== current.toBigInt())
      throw new CommandError(239, 'Read timestamp is older than the oldest available timestamp, or newer than the newest.');
    const snapshot = { open: this.#store.begin(), takenAtMs: this.#now() };
    this.#byTime.set(current.toBigInt(), snapshot);
    if (this.#byTime.size > MOST) this.#forgetOldest();
    return snapshot.open.view;
  }

  forgetOld(): void {
    for (const [time, { takenAtMs }] of this.#byTime) if (this.#now() - takenAtMs > KEPT_MS) this.#forget(time);
  }

  #forgetOldest(): void {
    const [oldest] = this.#byTime.keys();
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(time: bigint): void {
    const snapshot = this.#byTime.get(time);
    this.#byTime.delete(time);
    if (snapshot !== undefined) this.#store.abort(snapshot.open);
  }
}
