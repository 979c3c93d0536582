import { Long, type Timestamp } from 'bson';
import { encodeDocument } from '../values/bson-codec.ts';

/** A batch of a cursor. Documents stay the BSON bytes they are stored as. */
export class CursorBatch {
  readonly id: bigint;
  readonly namespace: string;
  readonly field: 'firstBatch' | 'nextBatch';
  readonly documents: readonly Uint8Array[];
  /** The time of the snapshot it reads, when the client has to be told. */
  atClusterTime?: Timestamp;

  constructor(id: bigint, namespace: string, field: 'firstBatch' | 'nextBatch', documents: readonly Uint8Array[]) {
    this.id = id;
    this.namespace = namespace;
    this.field = field;
    this.documents = documents;
  }
}

/** A command's answer; `ok: 1` is added when it is encoded. */
export type Reply = Readonly<Record<string, unknown>>;

const DOCUMENT = 0x03;
const ARRAY = 0x04;

export function encodeReply(reply: Reply): Uint8Array {
  const { cursor, ...rest } = reply;
  if (!(cursor instanceof CursorBatch)) return encodeDocument({ ...reply, ok: reply['ok'] ?? 1 });
  const array = rawDocument(cursor.documents.flatMap((bytes, index) => [element(DOCUMENT, String(index)), bytes]));
  const { atClusterTime } = cursor;
  const others = contentOf(
    encodeDocument({
      id: Long.fromBigInt(cursor.id),
      ns: cursor.namespace,
      ...(atClusterTime === undefined ? {} : { atClusterTime }),
    }),
  );
  const body = rawDocument([element(ARRAY, cursor.field), array, others]);
  return rawDocument([element(DOCUMENT, 'cursor'), body, contentOf(encodeDocument({ ...rest, ok: 1 }))]);
}

const element = (type: number, name: string): Buffer =>
  Buffer.concat([Buffer.from([type]), Buffer.from(name, 'utf8'), Buffer.from([0])]);

/** The elements of a document without its length and final zero. */
const contentOf = (document: Uint8Array): Uint8Array => document.subarray(4, document.length - 1);

function rawDocument(parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 5);
  const head = Buffer.alloc(4);
  head.writeInt32LE(length, 0);
  return Buffer.concat([head, ...parts, Buffer.from([0])], length);
}
