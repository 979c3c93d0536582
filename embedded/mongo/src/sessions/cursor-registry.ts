import { CommandError } from '../command-error.ts';
import { MAX_DOCUMENT_BYTES } from '../values/bson-codec.ts';
import { CursorBatch } from '../wire/reply.ts';

const FIRST_BATCH_SIZE = 101;
const IDLE_LIMIT_MS = 10 * 60_000;

interface Cursor {
  readonly namespace: string;
  readonly source: Iterator<Uint8Array>;
  /** The session that opened it; nobody else may read on. */
  readonly session: string | undefined;
  /** The transaction it reads in: it ends with it. */
  readonly transaction: object | undefined;
  readonly keepsWhenIdle: boolean;
  /** Read ahead, so that the last batch can say it is the last. */
  held: Uint8Array | undefined;
  usedAtMs: number;
}

export interface CursorOptions {
  readonly batchSize: number | undefined;
  readonly isSingleBatch?: boolean;
  /** `noCursorTimeout`: it stays until its session ends. */
  readonly keepsWhenIdle?: boolean;
  readonly transaction?: object | undefined;
}

/** Open cursors as one session uses them. */
export interface SessionCursors {
  open(namespace: string, source: Iterator<Uint8Array>, options: CursorOptions): CursorBatch;
  /** Throws CursorNotFound (43) for an unknown id, and MongoDB's error for a cursor of another namespace, session or transaction. */
  more(id: bigint, namespace: string, options: CursorOptions): CursorBatch;
  kill(id: bigint): boolean;
}

/** Open cursors. One not read from for ten minutes is closed, as in MongoDB. */
export class CursorRegistry {
  readonly #cursors = new Map<bigint, Cursor>();
  readonly #now: () => number;
  #nextId = 1n;

  constructor(now: () => number) {
    this.#now = now;
  }

  forSession(session: string | undefined): SessionCursors {
    return {
      open: (namespace, source, options) => this.#open(namespace, source, { ...options, session }),
      more: (id, namespace, options) => this.#more(id, namespace, { ...options, session }),
      kill: (id) => this.#kill(id),
    };
  }

  #open(
    namespace: string,
    source: Iterator<Uint8Array>,
    { batchSize, isSingleBatch, keepsWhenIdle, session, transaction }: CursorOptions & { session: string | undefined },
  ): CursorBatch {
    const cursor: Cursor = {
      namespace,
      source,
      session,
      transaction,
      keepsWhenIdle: keepsWhenIdle === true,
      held: undefined,
      usedAtMs: this.#now(),
    };
    const { documents, isExhausted } = take(cursor, batchSize ?? FIRST_BATCH_SIZE);
    if (isExhausted || isSingleBatch === true) {
      source.return?.();
      return new CursorBatch(0n, namespace, 'firstBatch', documents);
    }
    const id = this.#nextId;
    this.#nextId += 1n;
    this.#cursors.set(id, cursor);
    return new CursorBatch(id, namespace, 'firstBatch', documents);
  }

  #more(
    id: bigint,
    namespace: string,
    { batchSize, session, transaction }: CursorOptions & { session: string | undefined },
  ): CursorBatch {
    const cursor = this.#cursors.get(id);
    if (cursor === undefined) throw new CommandError(43, `cursor id ${id} not found`);
    if (cursor.namespace !== namespace) {
      throw new CommandError(13, `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace`);
    }
    assertSameSession(id, cursor, session);
    assertSameTransaction(id, cursor, transaction);
    cursor.usedAtMs = this.#now();
    try {
      const { documents, isExhausted } = take(cursor, batchSize ?? Infinity);
      if (isExhausted) this.#cursors.delete(id);
      return new CursorBatch(isExhausted ? 0n : id, namespace, 'nextBatch', documents);
    } catch (error) {
      this.#cursors.delete(id);
      throw error;
    }
  }

  killOf(transaction: object): void {
    for (const [id, cursor] of this.#cursors) if (cursor.transaction === transaction) this.#kill(id);
  }

  killOfSession(session: string): void {
    for (const [id, cursor] of this.#cursors) if (cursor.session === session) this.#kill(id);
  }

  killIdle(): void {
    for (const [id, cursor] of this.#cursors) {
      if (!cursor.keepsWhenIdle && this.#now() - cursor.usedAtMs > IDLE_LIMIT_MS) this.#kill(id);
    }
  }

  /** Ends a cursor and lets its source go, which may hold temporary files. */
  #kill(id: bigint): boolean {
    this.#cursors.get(id)?.source.return?.();
    return this.#cursors.delete(id);
  }
}

function assertSameSession(id: bigint, cursor: Cursor, session: string | undefined): void {
  if (cursor.session === session) return;
  if (cursor.session === undefined)
    throw new CommandError(50736, `Cannot run getMore on cursor ${id}, which was not created in a session, in a session`);
  if (session === undefined)
    throw new CommandError(50737, `Cannot run getMore on cursor ${id}, which was created in a session, without an lsid`);
  throw new CommandError(50738, `Cannot run getMore on cursor ${id}, which was created in another session`);
}

function assertSameTransaction(id: bigint, cursor: Cursor, transaction: object | undefined): void {
  if (cursor.transaction === transaction) return;
  if (cursor.transaction === undefined)
    throw new CommandError(50739, `Cannot run getMore on cursor ${id}, which was not created in a transaction, in one`);
  if (transaction === undefined)
    throw new CommandError(50740, `Cannot run getMore on cursor ${id}, which was created in a transaction, without a txnNumber`);
  throw new CommandError(50741, `Cannot run getMore on cursor ${id}, which was created in another transaction`);
}

/** Reads up to `count` documents, and never more than fit into one reply. */
function take(cursor: Cursor, count: number): { documents: Uint8Array[]; isExhausted: boolean } {
  const documents: Uint8Array[] = [];
  let bytes = 0;
  if (count === 0) return { documents, isExhausted: false };
  for (;;) {
    const next = cursor.held ?? nextOf(cursor.source);
    cursor.held = undefined;
    if (next === undefined) return { documents, isExhausted: true };
    if (documents.length >= count || (documents.length > 0 && bytes + next.length > MAX_DOCUMENT_BYTES)) {
      cursor.held = next;
      return { documents, isExhausted: false };
    }
    documents.push(next);
    bytes += next.length;
  }
}

function nextOf(source: Iterator<Uint8Array>): Uint8Array | undefined {
  const result = source.next();
  return result.done === true ? undefined : result.value;
}
