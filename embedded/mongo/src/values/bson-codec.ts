import { BSONError, deserialize, serialize } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeName, type BsonDocument, type BsonValue } from './bson-value.ts';

/** MongoDB's limit for one document, and the slack the server grants its own bookkeeping (BSONObjMaxInternalSize). */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const MAX_NESTING = 180;

/** Decodes one BSON document with every number in its own class. Throws CommandError 22 on malformed bytes. */
export function decodeDocument(bytes: Uint8Array): BsonDocument {
  try {
    // The options below make bson return exactly the classes of BsonValue; its type cannot say so.
    return deserialize(bytes, {
      promoteValues: false,
      promoteBuffers: false,
      promoteLongs: false,
      bsonRegExp: true,
    });
  } catch (error) {
    if (error instanceof BSONError || error instanceof RangeError) throw new CommandError(22, `Invalid BSON: ${error.message}`);
    throw error;
  }
}

export function encodeDocument(document: BsonDocument | Readonly<Record<string, unknown>>): Uint8Array {
  return serialize(document, { ignoreUndefined: true });
}

/** Refuses documents nested deeper than MongoDB's 180 levels and values this server cannot keep faithfully. */
export function assertStorable(value: BsonValue, depth = 0): void {
  if (depth > MAX_NESTING) throw new CommandError(15, `BSON document nesting exceeds the maximum of ${MAX_NESTING} levels`);
  const type = bsonTypeName(value);
  if (type === 'array') for (const item of value as BsonValue[]) assertStorable(item, depth + 1);
  else if (type === 'object') for (const item of Object.values(value as BsonDocument)) assertStorable(item, depth + 1);
  else if (type === 'date' && Number.isNaN((value as Date).getTime()))
    throw new CommandError(22, 'Date is outside the representable range');
}
