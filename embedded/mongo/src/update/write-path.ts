import { badValue, CommandError } from '../command-error.ts';
import { bsonTypeName, getField, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { setField } from '../values/field-order.ts';
import { isArrayIndex } from '../values/path.ts';
import { NO_CHANGE, type FieldChange } from './update-operation.ts';

const MAX_ARRAY_PADDING = 1_500_000;

/** Applies a change to the field at a concrete path of a document the caller owns, creating the way there if allowed. */
export function changeField(document: BsonDocument, path: string, change: FieldChange, createsPath: boolean): void {
  const parts = path.split('.');
  const info = { path, id: document['_id'] };
  let container: BsonDocument | BsonValue[] = document;
  for (const [depth, part] of parts.slice(0, -1).entries()) {
    const next = readMember(container, part);
    if (next === undefined) {
      if (!createsPath) return;
      // The new leaf decides first: an operator that refuses must leave no half-made path.
      const value = change(undefined, info);
      if (value === undefined || value === NO_CHANGE) return;
      writeMember(container, part, nest(parts.slice(depth + 1), value), path);
      return;
    }
    if (!isDocument(next) && !Array.isArray(next)) {
      if (!createsPath) return;
      throw new CommandError(28, `Cannot create field '${parts[depth + 1] ?? ''}' in element {${part}: ${bsonTypeName(next)}}`);
    }
    container = next;
  }
  changeMember(container, parts.at(-1) ?? '', { change, createsPath, info });
}

interface MemberChange {
  readonly change: FieldChange;
  readonly createsPath: boolean;
  readonly info: { readonly path: string; readonly id: BsonValue };
}

function changeMember(container: BsonDocument | BsonValue[], name: string, { change, createsPath, info }: MemberChange): void {
  if (Array.isArray(container) && !isArrayIndex(name)) {
    if (!createsPath) return;
    throw new CommandError(28, `Cannot create field '${name}' in an array element`);
  }
  const current = readMember(container, name);
  if (current === undefined && !createsPath) return;
  const value = change(current, info);
  if (value === NO_CHANGE) return;
  if (value !== undefined) writeMember(container, name, value, info.path);
  else if (Array.isArray(container)) container[Number(name)] = null;
  else delete container[name];
}

function readMember(container: BsonDocument | BsonValue[], name: string): BsonValue {
  if (!Array.isArray(container)) return getField(container, name);
  return isArrayIndex(name) ? container[Number(name)] : undefined;
}

function writeMember(container: BsonDocument | BsonValue[], name: string, value: BsonValue, path: string): void {
  if (!Array.isArray(container)) {
    setField(container, name, value);
    return;
  }
  if (!isArrayIndex(name)) throw new CommandError(28, `Cannot create field '${name}' in an array element`);
  const index = Number(name);
  if (index - container.length > MAX_ARRAY_PADDING)
    throw badValue(`can't backfill more than ${MAX_ARRAY_PADDING} elements at '${path}'`);
  while (container.length < index) container.push(null);
  container[index] = value;
}

function nest(parts: readonly string[], value: BsonValue): BsonValue {
  return parts.reduceRight<BsonValue>((inner, part) => {
    const document: BsonDocument = {};
    setField(document, part, inner);
    return document;
  }, value);
}
