import { CommandError } from '../command-error.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { setField } from '../values/field-order.ts';
import { ProtocolError } from './frame-reader.ts';

export const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
const REQUIRED_BITS = 0xffff;
const CHECKSUM_BYTES = 4;

export interface Message {
  readonly command: BsonDocument;
  /** False when the client wants no answer (`moreToCome`). */
  readonly wantsReply: boolean;
}

/**
 * Parses an OP_MSG body: one section of kind 0 with the command and any number of kind 1 with document sequences. Throws
 * ProtocolError when the sections do not add up and CommandError for malformed BSON.
 */
export function parseMessage(body: Buffer): Message {
  if (body.length < 5) throw new ProtocolError('OP_MSG is too short');
  const flags = body.readUInt32LE(0);
  const unknown = flags & REQUIRED_BITS & ~(CHECKSUM_PRESENT | MORE_TO_COME);
  if (unknown !== 0) throw new ProtocolError(`OP_MSG has unknown required flags ${unknown}`);
  const end = body.length - ((flags & CHECKSUM_PRESENT) === 0 ? 0 : CHECKSUM_BYTES);
  const sequences = new Map<string, BsonDocument[]>();
  let command: BsonDocument | undefined;
  let position = 4;
  while (position < end) {
    const kind = body[position];
    const section = sized(body, position + 1, end);
    position += 1 + section.length;
    if (kind === 0 && command === undefined) command = decodeDocument(section);
    else if (kind === 1) addSequence(sequences, section);
    else throw new ProtocolError(`OP_MSG section of kind ${kind ?? 'none'} is not expected here`);
  }
  if (command === undefined) throw new ProtocolError('OP_MSG has no body section');
  for (const [name, documents] of sequences) {
    if (Object.hasOwn(command, name))
      throw new CommandError(40431, `Duplicate field ${name} in OP_MSG body and document sequence`);
    setField(command, name, documents);
  }
  return { command, wantsReply: (flags & MORE_TO_COME) === 0 };
}

/** A block that begins with its own length. */
function sized(bytes: Buffer, start: number, end: number): Buffer {
  if (start + 4 > end) throw new ProtocolError('OP_MSG section is cut off');
  const length = bytes.readInt32LE(start);
  if (length < 5 || start + length > end) throw new ProtocolError('OP_MSG section length does not fit the message');
  return bytes.subarray(start, start + length);
}

function addSequence(sequences: Map<string, BsonDocument[]>, section: Buffer): void {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd < 0) throw new ProtocolError('OP_MSG document sequence has no name');
  const name = section.toString('utf8', 4, nameEnd);
  if (sequences.has(name)) throw new ProtocolError('OP_MSG document sequence is repeated');
  const documents: BsonDocument[] = [];
  for (let position = nameEnd + 1; position < section.length;) {
    const bytes = sized(section, position, section.length);
    documents.push(decodeDocument(bytes));
    position += bytes.length;
  }
  sequences.set(name, documents);
}

/** A complete OP_MSG reply with one body section. */
export function encodeMessage(requestId: number, responseTo: number, document: Uint8Array): Buffer {
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(requestId, 4);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(OP_MSG, 12);
  return Buffer.concat([head, document]);
}
