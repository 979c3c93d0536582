import { BSONRegExp, ObjectId } from 'bson';
import { CommandError } from '../command-error.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Collection } from './catalog.ts';
import type { IndexDefinition } from './index-definition.ts';
import { keyValueOf } from './index-keys.ts';

/** E11000 with the fields drivers and mongoose read: keyPattern and keyValue. */
export function duplicateKeyError(collection: Collection, index: IndexDefinition, document: BsonDocument): CommandError {
  const keyValue = keyValueOf(index, document);
  const shown = Object.entries(keyValue).map(([path, value]) => `${path}: ${showValue(value)}`);
  return new CommandError(
    11000,
    `E11000 duplicate key error collection: ${collection.namespace} index: ${index.name} dup key: { ${shown.join(', ')} }`,
    { keyPattern: index.specification['key'], keyValue },
  );
}

function showValue(value: BsonValue): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (Array.isArray(value)) return `[ ${value.map(showValue).join(', ')} ]`;
  if (isNumber(value)) return value.toString();
  if (!isDocument(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${showValue(item)}`)
    .join(', ')} }`;
}
