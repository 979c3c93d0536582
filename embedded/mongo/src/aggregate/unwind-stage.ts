import { Long } from 'bson';
import { CommandError } from '../command-error.ts';
import { pathParts } from '../expression/field-path.ts';
import { bsonTypeName, getField, isDocument, isNullish, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { setField } from '../values/field-order.ts';
import { withField } from './field-stages.ts';
import type { StageCompiler } from './stage.ts';

interface Unwind {
  readonly path: readonly string[];
  readonly keepsEmpty: boolean;
  /** Path of the field that gets the position. */
  readonly indexPath: readonly string[] | undefined;
}

export const unwindStage: StageCompiler = (operand) => {
  const unwind = parseUnwind(operand);
  return function* (documents) {
    for (const document of documents) yield* unwindDocument(document, unwind);
  };
};

function parseUnwind(operand: BsonValue): Unwind {
  if (typeof operand !== 'string' && !isDocument(operand))
    throw new CommandError(
      15981,
      `expected either a string or an object as specification for $unwind stage, got ${bsonTypeName(operand)}`,
    );
  const specification: BsonDocument = isDocument(operand) ? operand : { path: operand };
  for (const name of Object.keys(specification)) {
    if (!['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays'].includes(name))
      throw new CommandError(28811, `unrecognized option to $unwind stage: ${name}`);
  }
  const { path, includeArrayIndex: index, preserveNullAndEmptyArrays: keepsEmpty = false } = specification;
  if (path === undefined) throw new CommandError(28812, 'no path specified to $unwind stage');
  if (typeof path !== 'string') throw new CommandError(28808, 'expected a string as the path for $unwind stage');
  if (!path.startsWith('$')) throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  if (typeof keepsEmpty !== 'boolean')
    throw new CommandError(28809, 'expected a boolean for the preserveNullAndEmptyArrays option');
  return { path: pathParts(path.slice(1)), keepsEmpty, indexPath: index === undefined ? undefined : parseIndexPath(index) };
}

function parseIndexPath(index: BsonValue): readonly string[] {
  if (typeof index !== 'string' || index === '')
    throw new CommandError(28810, 'expected a non-empty string for the includeArrayIndex option');
  if (index.startsWith('$'))
    throw new CommandError(28822, `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${index}`);
  return pathParts(index);
}

function* unwindDocument(document: BsonDocument, { path, keepsEmpty, indexPath }: Unwind): Generator<BsonDocument> {
  const value = path.reduce<BsonValue>((current, part) => (isDocument(current) ? getField(current, part) : undefined), document);
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, item] of value.entries())
      yield withIndex(replaceAt(document, path, item), indexPath, Long.fromNumber(index));
  } else if (!Array.isArray(value) && !isNullish(value)) yield withIndex(document, indexPath, null);
  else if (keepsEmpty) yield withIndex(Array.isArray(value) ? replaceAt(document, path, undefined) : document, indexPath, null);
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

const withIndex = (document: BsonDocument, path: readonly string[] | undefined, index: Long | null): BsonDocument =>
  path === undefined ? document : withField(document, path, index);
