import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeDocument, encodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { DocumentOrder, KeyedDocument } from './document-order.ts';

const WRITE_BYTES = 1024 * 1024;
const READ_BYTES = 256 * 1024;
/** A BSON document begins with its length. */
const LENGTH_BYTES = 4;

/** Sorted parts of a sort too large for memory, in temporary files as BSON. */
export class SortedRuns {
  readonly #order: DocumentOrder;
  readonly #files: number[] = [];

  constructor(order: DocumentOrder) {
    this.#order = order;
  }

  get isEmpty(): boolean {
    return this.#files.length === 0;
  }

  write(entries: readonly KeyedDocument[]): void {
    const file = openNameless();
    this.#files.push(file);
    let pending: Uint8Array[] = [];
    let bytes = 0;
    for (const { document } of entries) {
      const encoded = encodeDocument(document);
      pending.push(encoded);
      bytes += encoded.length;
      if (bytes < WRITE_BYTES) continue;
      writeSync(file, Buffer.concat(pending));
      pending = [];
      bytes = 0;
    }
    writeSync(file, Buffer.concat(pending));
  }

  readers(): Iterator<KeyedDocument>[] {
    return this.#files.map((file) => this.#read(file));
  }

  close(): void {
    for (const file of this.#files.splice(0)) closeSync(file);
  }

  *#read(file: number): Generator<KeyedDocument> {
    let buffer = Buffer.alloc(0);
    let position = 0;
    const fill = (wanted: number): boolean => {
      while (buffer.length < wanted) {
        const chunk = Buffer.allocUnsafe(Math.max(READ_BYTES, wanted - buffer.length));
        const read = readSync(file, chunk, 0, chunk.length, position);
        if (read === 0) return false;
        position += read;
        buffer = Buffer.concat([buffer, chunk.subarray(0, read)]);
      }
      return true;
    };
    while (fill(LENGTH_BYTES)) {
      const length = buffer.readInt32LE(0);
      fill(length);
      yield this.#order.keyed(decodeDocument(buffer.subarray(0, length)));
      buffer = buffer.subarray(length);
    }
  }
}

/** A file that has lost its name at once, so that nothing stays behind however the process ends. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'kakehashi-sort-'));
  const file = openSync(join(folder, 'run'), 'w+', 0o600);
  rmSync(folder, { recursive: true });
  return file;
}

/** Merges sorted parts; of equal documents those of the earlier part come first. */
export function* mergeRuns(order: DocumentOrder, parts: readonly Iterator<KeyedDocument>[]): Generator<BsonDocument> {
  const heads = parts.flatMap((part, index) => nextHead(part, index));
  for (;;) {
    const [first, ...others] = heads;
    if (first === undefined) return;
    let best = first;
    for (const head of others) if (order.compare(head.entry, best.entry) < 0) best = head;
    yield best.entry.document;
    const [next] = nextHead(best.part, best.index);
    if (next === undefined) heads.splice(heads.indexOf(best), 1);
    else heads[heads.indexOf(best)] = next;
  }
}

interface Head {
  readonly part: Iterator<KeyedDocument>;
  readonly index: number;
  readonly entry: KeyedDocument;
}

function nextHead(part: Iterator<KeyedDocument>, index: number): Head[] {
  const next = part.next();
  return next.done === true ? [] : [{ part, index, entry: next.value }];
}
