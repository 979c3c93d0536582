import { CommandError } from '../command-error.ts';
import { BsonDecoder } from './bson-decoder.ts';
import { BsonEncoder } from './bson-encoder.ts';
import { bsonTypeName, type BsonDocument, type BsonValue } from './bson-value.ts';

/** MongoDB's limit for one document, and the slack the server grants its own bookkeeping (BSONObjMaxInternalSize). */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const MAX_NESTING = 180;

const encoder = new BsonEncoder();

/** Decodes one BSON document with every number in its own class. Throws CommandError 22 on malformed bytes. */
export const decodeDocument = (bytes: Uint8Array): BsonDocument => new BsonDecoder(bytes).decode();

export const encodeDocument = (document: BsonDocument | Readonly<Record<string, unknown>>): Buffer => encoder.encode(document);

/** Refuses documents nested deeper than MongoDB's 180 levels and values this server cannot keep faithfully. */
export function assertStorable(value: BsonValue, depth = 0): void {
  if (depth > MAX_NESTING) throw new CommandError(15, `BSON document nesting exceeds the maximum of ${MAX_NESTING} levels`);
  const type = bsonTypeName(value);
  if (type === 'array') for (const item of value as BsonValue[]) assertStorable(item, depth + 1);
  else if (type === 'object') for (const item of Object.values(value as BsonDocument)) assertStorable(item, depth + 1);
  else if (type === 'date' && Number.isNaN((value as Date).getTime()))
    throw new CommandError(22, 'Date is outside the representable range');
}
