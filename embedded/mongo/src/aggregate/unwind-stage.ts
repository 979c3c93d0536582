import { Long } from 'bson';
import { CommandError } from '../command-error.ts';
import { getField, isDocument, isNullish, setField, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { StageCompiler } from './stage.ts';

interface Unwind {
  readonly path: readonly string[];
  readonly keepsEmpty: boolean;
  readonly indexField: string | undefined;
}

export const unwindStage: StageCompiler = (operand) => {
  const unwind = parseUnwind(operand);
  return function* (documents) {
    for (const document of documents) yield* unwindDocument(document, unwind);
  };
};

function parseUnwind(operand: BsonValue): Unwind {
  const specification: BsonDocument = isDocument(operand) ? operand : { path: operand };
  for (const name of Object.keys(specification)) {
    if (!['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays'].includes(name)) {
      throw new CommandError(28811, `unrecognized option to $unwind stage: ${name}`);
    }
  }
  const { path, includeArrayIndex: index, preserveNullAndEmptyArrays: keepsEmpty = false } = specification;
  if (typeof path !== 'string') throw new CommandError(28808, 'expected a string as the path for $unwind stage');
  if (!path.startsWith('$') || path.length < 2)
    throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  if (typeof keepsEmpty !== 'boolean')
    throw new CommandError(28809, 'expected a boolean for the preserveNullAndEmptyArrays option');
  if (index !== undefined && (typeof index !== 'string' || index === '' || index.startsWith('$') || index.includes('.'))) {
    throw new CommandError(28810, 'includeArrayIndex must be the name of a top-level field');
  }
  return { path: path.slice(1).split('.'), keepsEmpty, indexField: index };
}

function* unwindDocument(document: BsonDocument, { path, keepsEmpty, indexField }: Unwind): Generator<BsonDocument> {
  const value = path.reduce<BsonValue>((current, part) => (isDocument(current) ? getField(current, part) : undefined), document);
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, item] of value.entries())
      yield withIndex(replaceAt(document, path, item), indexField, Long.fromNumber(index));
  } else if (!Array.isArray(value) && !isNullish(value)) yield withIndex(document, indexField, null);
  else if (keepsEmpty) yield withIndex(Array.isArray(value) ? replaceAt(document, path, undefined) : document, indexField, null);
}

function replaceAt(document: BsonDocument, path: readonly string[], value: BsonValue): BsonDocument {
  const [name = '', ...rest] = path;
  const copy = { ...document };
  const below = getField(document, name);
  const replaced = rest.length === 0 ? value : replaceAt(isDocument(below) ? below : {}, rest, value);
  if (replaced === undefined) delete copy[name];
  else setField(copy, name, replaced);
  return copy;
}

const withIndex = (document: BsonDocument, field: string | undefined, index: Long | null): BsonDocument =>
  field === undefined ? document : { ...document, [field]: index };
