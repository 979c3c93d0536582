import { CommandError } from '../command-error.ts';
import { MAX_DOCUMENT_BYTES } from '../values/bson-codec.ts';
import { CursorBatch } from '../wire/reply.ts';

const FIRST_BATCH_SIZE = 101;
const IDLE_LIMIT_MS = 10 * 60_000;

interface Cursor {
  readonly namespace: string;
  readonly source: Iterator<Uint8Array>;
  /** The transaction it reads in: it ends with it. */
  readonly transaction: object | undefined;
  /** Read ahead, so that the last batch can say it is the last. */
  held: Uint8Array | undefined;
  usedAtMs: number;
}

export interface CursorOptions {
  readonly batchSize: number | undefined;
  readonly isSingleBatch?: boolean;
  readonly transaction?: object | undefined;
}

/** Open cursors. One not read from for ten minutes is closed, as in MongoDB. */
export class CursorRegistry {
  readonly #cursors = new Map<bigint, Cursor>();
  readonly #now: () => number;
  #nextId = 1n;

  constructor(now: () => number) {
    this.#now = now;
  }

  open(namespace: string, source: Iterator<Uint8Array>, options: CursorOptions): CursorBatch {
    const cursor: Cursor = {
      namespace,
      source,
      transaction: options.transaction,
      held: undefined,
      usedAtMs: this.#now(),
    };
    const { documents, isExhausted } = take(cursor, options.batchSize ?? FIRST_BATCH_SIZE);
    if (isExhausted || options.isSingleBatch === true) return new CursorBatch(0n, namespace, 'firstBatch', documents);
    const id = this.#nextId;
    this.#nextId += 1n;
    this.#cursors.set(id, cursor);
    return new CursorBatch(id, namespace, 'firstBatch', documents);
  }

  /** Throws CursorNotFound (43) for an unknown id, another namespace or another transaction. */
  more(id: bigint, namespace: string, options: CursorOptions): CursorBatch {
    const cursor = this.#cursors.get(id);
    if (cursor === undefined || cursor.transaction !== options.transaction)
      throw new CommandError(43, `cursor id ${id} not found`);
    if (cursor.namespace !== namespace) {
      throw new CommandError(13, `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace`);
    }
    cursor.usedAtMs = this.#now();
    try {
      const { documents, isExhausted } = take(cursor, options.batchSize ?? Infinity);
      if (isExhausted) this.#cursors.delete(id);
      return new CursorBatch(isExhausted ? 0n : id, namespace, 'nextBatch', documents);
    } catch (error) {
      this.#cursors.delete(id);
      throw error;
    }
  }

  kill(id: bigint): boolean {
    return this.#cursors.delete(id);
  }

  killOf(transaction: object): void {
    for (const [id, cursor] of this.#cursors) if (cursor.transaction === transaction) this.#cursors.delete(id);
  }

  killIdle(): void {
    for (const [id, cursor] of this.#cursors) if (this.#now() - cursor.usedAtMs > IDLE_LIMIT_MS) this.#cursors.delete(id);
  }
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
