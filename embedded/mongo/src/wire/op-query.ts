import { decodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { setField } from '../values/field-order.ts';
import { ProtocolError } from './frame-reader.ts';

export const OP_QUERY = 2004;
const OP_REPLY = 1;
const AWAIT_CAPABLE = 8;

/** Parses the legacy OP_QUERY, with which drivers still say their first `isMaster`. */
export function parseQuery(body: Buffer): BsonDocument {
  const nameEnd = body.indexOf(0, 4);
  const start = nameEnd + 9;
  if (nameEnd < 0 || start + 5 > body.length) throw new ProtocolError('OP_QUERY is cut off');
  const length = body.readInt32LE(start);
  if (length < 5 || start + length > body.length) throw new ProtocolError('OP_QUERY document does not fit the message');
  const command = decodeDocument(body.subarray(start, start + length));
  setField(command, '$db', body.toString('utf8', 4, nameEnd).split('.')[0] ?? '');
  return command;
}

export function encodeQueryReply(requestId: number, responseTo: number, document: Uint8Array): Buffer {
  const head = Buffer.alloc(36);
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(requestId, 4);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(OP_REPLY, 12);
  head.writeInt32LE(AWAIT_CAPABLE, 16);
  head.writeInt32LE(1, 32);
  return Buffer.concat([head, document]);
}
