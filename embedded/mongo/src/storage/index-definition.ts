import { CommandError, notSupported } from '../command-error.ts';
import type { Filter } from '../query/filter.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { parseCollation } from '../values/collation.ts';
import { toDouble } from '../values/numeric.ts';
import type { SortField } from '../values/path.ts';

/** One index of a collection as the storage uses it. */
export interface IndexDefinition {
  readonly id: number;
  readonly name: string;
  /** The specification as `listIndexes` shows it. */
  readonly specification: BsonDocument;
  readonly fields: readonly SortField[];
  /** The fields' paths in parts. */
  readonly paths: readonly (readonly string[])[];
  readonly isUnique: boolean;
  readonly isSparse: boolean;
  readonly partialFilter: BsonDocument | undefined;
  readonly matchesPartialFilter: Filter | undefined;
  readonly expireAfterSeconds: number | undefined;
  /** Hidden indexes are kept up to date and enforced, and no query uses them. */
  readonly isHidden: boolean;
  /** True with a collation: the keys are in simple binary order all the same, and serve no condition on strings. */
  readonly isCollated: boolean;
  /** Commit number that completed it: older snapshots do not have all its entries. */
  readyAt: number;
  /** True while it lacks entries of documents that were there before it: kept up to date, but not read. */
  isBuilding: boolean;
  /** True once any document had an array on an indexed path; never turns false again. */
  isMultikey: boolean;
}

const FIELDS = new Set([
  'v',
  'key',
  'name',
  'ns',
  'unique',
  'sparse',
  'background',
  'partialFilterExpression',
  'expireAfterSeconds',
  'hidden',
  'collation',
]);

const OPTIONS = new Set(['unique', 'sparse', 'partialFilterExpression', 'expireAfterSeconds', 'hidden', 'collation']);

/** Validates one entry of `createIndexes` and gives it a form for `listIndexes`. */
export function parseIndexSpecification(input: BsonValue): BsonDocument {
  if (!isDocument(input)) throw new CommandError(14, "BSON field 'createIndexes.indexes' must hold objects");
  for (const field of Object.keys(input)) assertKnownField(field);
  const key = input['key'];
  if (!isDocument(key) || Object.keys(key).length === 0) throw new CommandError(67, 'Index keys cannot be empty.');
  for (const [path, direction] of Object.entries(key)) assertIndexField(path, direction);
  const name = input['name'];
  if (typeof name !== 'string' || name === '')
    throw new CommandError(9, "The 'name' field is a required property of an index specification");
  const { v } = input;
  const options = Object.fromEntries(Object.entries(input).filter(([field]) => OPTIONS.has(field)));
  if (v !== undefined && (!isNumber(v) || ![1, 2].includes(toDouble(v)))) throw new CommandError(67, 'Invalid index version');
  assertOptions(options, key);
  const collation = collationOption(options);
  return { ...(v === undefined ? {} : { v }), key, name, ...options, ...collation };
}

function assertKnownField(field: string): void {
  if (FIELDS.has(field)) return;
  const known = ['wildcardProjection', 'storageEngine', 'weights', 'default_language', 'textIndexVersion'];
  if (known.includes(field)) throw notSupported(`the index option '${field}'`);
  throw new CommandError(197, `The field '${field}' is not valid for an index specification.`);
}

function assertIndexField(path: string, direction: BsonValue): void {
  if (typeof direction === 'string') {
    if (['text', '2d', '2dsphere', 'hashed'].includes(direction)) throw notSupported(`an index of kind '${direction}'`);
    throw new CommandError(67, `Unknown index plugin '${direction}'`);
  }
  if (!isNumber(direction)) throw new CommandError(67, 'Values in v:2 index key pattern must be numbers or strings');
  if (toDouble(direction) === 0 || Number.isNaN(toDouble(direction))) {
    throw new CommandError(67, 'Values in the index key pattern cannot be 0.');
  }
  if (path === '$**' || path.endsWith('.$**')) throw notSupported('a wildcard index');
  if (path === '' || path.split('.').some((part) => part === '' || part.startsWith('$'))) {
    throw new CommandError(67, `Index key contains an illegal field name: '${path}'`);
  }
}

function assertOptions(options: BsonDocument, key: BsonDocument): void {
  for (const name of ['unique', 'sparse', 'hidden'] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== 'boolean' && !isNumber(value)) {
      throw new CommandError(14, `The field '${name}' has value, which is not convertible to bool`);
    }
  }
  const partial = options['partialFilterExpression'];
  if (partial !== undefined) {
    if (!isDocument(partial)) throw new CommandError(14, "The field 'partialFilterExpression' must be an object");
    if (isTruthy(options['sparse'])) throw new CommandError(67, 'cannot mix "partialFilterExpression" and "sparse" options');
    compileFilter(partial);
  }
  const seconds = options['expireAfterSeconds'];
  if (seconds === undefined) return;
  if (!isNumber(seconds) || !(toDouble(seconds) >= 0 && toDouble(seconds) <= 2 ** 31 - 1)) {
    throw new CommandError(67, "TTL index 'expireAfterSeconds' option must be within an acceptable range");
  }
  if (Object.keys(key).length > 1)
    throw new CommandError(67, 'TTL indexes are single-field indexes, compound indexes do not support TTL');
  if (key['_id'] !== undefined)
    throw new CommandError(197, "The field 'expireAfterSeconds' is not valid for an _id index specification");
}

/** The collation with its defaults written out; none for the simple one. */
function collationOption(options: BsonDocument): BsonDocument {
  if (options['collation'] === undefined) return {};
  const collation = parseCollation(options['collation']);
  if (collation === undefined) {
    delete options['collation'];
    return {};
  }
  if (isTruthy(options['unique'])) throw notSupported('a unique index with a collation');
  return { collation: collation.specification };
}

export interface IndexState {
  readonly readyAt: number;
  readonly isBuilding: boolean;
  readonly isMultikey: boolean;
}

export function defineIndex(id: number, specification: BsonDocument, state: IndexState): IndexDefinition {
  const partial = specification['partialFilterExpression'];
  const seconds = specification['expireAfterSeconds'];
  const fields = indexFields(specification);
  return {
    id,
    name: indexName(specification),
    specification,
    fields,
    paths: fields.map(({ path }) => path.split('.')),
    isUnique: isTruthy(specification['unique']) || indexName(specification) === '_id_',
    isSparse: isTruthy(specification['sparse']),
    partialFilter: isDocument(partial) ? partial : undefined,
    matchesPartialFilter: isDocument(partial) ? compileFilter(partial) : undefined,
    expireAfterSeconds: isNumber(seconds) ? toDouble(seconds) : undefined,
    isHidden: isTruthy(specification['hidden']),
    isCollated: specification['collation'] !== undefined,
    ...state,
  };
}

function indexFields(specification: BsonDocument): SortField[] {
  const key = specification['key'];
  if (!isDocument(key)) return [];
  return Object.entries(key).map(([path, direction]) => ({
    path,
    direction: isNumber(direction) && toDouble(direction) < 0 ? -1 : 1,
  }));
}

export function indexName(specification: BsonDocument): string {
  const name = specification['name'];
  return typeof name === 'string' ? name : '';
}

const isTruthy = (value: BsonValue): boolean => value === true || (isNumber(value) && toDouble(value) !== 0);
