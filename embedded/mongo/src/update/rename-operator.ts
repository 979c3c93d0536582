import { badValue } from '../command-error.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import { readPath } from '../values/path.ts';
import { isPositional } from './positional-path.ts';
import { assertUpdatePath } from './update-path.ts';
import { changeField } from './write-path.ts';

/** Checks `{ $rename: { path: target } }`. */
export function renameTarget(path: string, target: BsonValue): string {
  if (typeof target !== 'string') throw badValue(`The 'to' field for $rename must be a string: ${path}`);
  if (target.includes('\0')) throw badValue("The 'to' field for $rename cannot contain an embedded null byte");
  assertUpdatePath(target);
  if (target === path) throw badValue(`The source and target field for $rename must differ: ${path}`);
  if (isPositional(path)) throw badValue(`The source field for $rename may not be dynamic: ${path}`);
  if (isPositional(target)) throw badValue(`The destination field for $rename may not be dynamic: ${target}`);
  return target;
}

/** Moves a field; a missing one changes nothing. Neither end may lie within an array. */
export function renameField(document: BsonDocument, path: string, target: string): void {
  assertNoArrayOnPath(document, path, 'source');
  const value = readPath(document, path);
  if (value === undefined) return;
  assertNoArrayOnPath(document, target, 'destination');
  changeField(document, path, () => undefined, false);
  changeField(document, target, () => value, true);
}

function assertNoArrayOnPath(document: BsonDocument, path: string, role: string): void {
  const parts = path.split('.');
  for (let length = 1; length < parts.length; length += 1) {
    const prefix = parts.slice(0, length).join('.');
    if (Array.isArray(readPath(document, prefix)))
      throw badValue(`The ${role} field cannot be an array element, '${path}' in doc has an array field called '${prefix}'`);
  }
}
