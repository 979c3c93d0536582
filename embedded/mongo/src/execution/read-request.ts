import { badValue, CommandError } from '../command-error.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { toInteger } from '../values/numeric.ts';

/** A command field that must be a document; absent means `{}`. */
export function documentField(command: BsonDocument, name: string): BsonDocument {
  const value = command[name];
  if (value === undefined) return {};
  if (!isDocument(value)) throw new CommandError(14, `BSON field '${name}' is the wrong type, expected type 'object'`);
  return value;
}

/** A command field that must be a whole number within JavaScript's safe range. */
export function integerField(command: BsonDocument, name: string): number | undefined {
  const value = command[name];
  if (value === undefined || value === null) return undefined;
  const integer = isNumber(value) ? toInteger(value) : undefined;
  if (integer === undefined) throw new CommandError(14, `BSON field '${name}' is the wrong type, expected a whole number`);
  return Number(BigInt.asIntN(64, integer));
}

export function nonNegativeField(command: BsonDocument, name: string): number | undefined {
  const value = integerField(command, name);
  if (value !== undefined && value < 0)
    throw new CommandError(51024, `BSON field '${name}' value must be >= 0, actual value '${value}'`);
  return value;
}

export function booleanField(command: BsonDocument, name: string): boolean {
  const value = command[name];
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  if (isNumber(value)) return toInteger(value) !== 0n;
  throw new CommandError(14, `BSON field '${name}' is the wrong type, expected type 'bool'`);
}

export function arrayField(command: BsonDocument, name: string): readonly BsonValue[] {
  const value = command[name];
  if (Array.isArray(value)) return value;
  if (value === undefined) throw new CommandError(40414, `BSON field '${name}' is missing but a required field`);
  throw new CommandError(14, `BSON field '${name}' is the wrong type, expected type 'array'`);
}

export function documentsIn(command: BsonDocument, name: string): readonly BsonDocument[] {
  return arrayField(command, name).map((item) => {
    if (!isDocument(item)) throw new CommandError(14, `BSON field '${name}' must hold objects`);
    return item;
  });
}

/** Fields of a sub-document such as one update statement: anything unknown is refused, as MongoDB's IDL parser does. */
export function assertKnownFields(document: BsonDocument, owner: string, known: ReadonlySet<string>): void {
  for (const name of Object.keys(document)) {
    if (!known.has(name)) throw new CommandError(40415, `BSON field '${owner}.${name}' is an unknown field.`);
  }
}

/** The namespace a command works on, from its first field. */
export function namespaceOf(command: BsonDocument, name: string): string {
  const collection = command[name];
  if (typeof collection !== 'string') throw new CommandError(73, `collection name has invalid type`);
  if (collection === '' || collection.includes('\0') || collection.startsWith('.') || collection.includes('$')) {
    throw new CommandError(73, `Invalid namespace specified '${databaseOf(command)}.${collection}'`);
  }
  return `${databaseOf(command)}.${collection}`;
}

export function databaseOf(command: BsonDocument): string {
  const database = command['$db'];
  if (typeof database !== 'string' || !/^[^/\\. "$\0]{1,63}$/.test(database)) throw new CommandError(73, 'Invalid database name');
  return database;
}

/** Values of `let`: this server takes literals and expressions without fields. */
export function assertWholeNumber(value: BsonValue, message: string): number {
  const integer = isNumber(value) ? toInteger(value) : undefined;
  if (integer === undefined) throw badValue(message);
  return Number(integer);
}
