import { BSONRegExp } from 'bson';
import { isDocument, isNullish, isNumber, isOperatorDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { TYPE_RANK, typeRank } from '../values/compare.ts';
import { isNaNNumber } from '../values/numeric.ts';
import { isArrayIndex } from '../values/path.ts';

/** One end of a range. */
export interface Bound {
  readonly value: BsonValue;
  readonly isInclusive: boolean;
}

/** What a filter demands of one field, as far as an index can use it. Each entry alone is a necessary condition of a match. */
export interface FieldBounds {
  /** The field equals one of these; null stands for missing too. */
  equals: readonly BsonValue[] | undefined;
  low: Bound | undefined;
  high: Bound | undefined;
}

/**
 * Reads necessary conditions from a filter: its top level, `$and`, and equality inside `$elemMatch`. With a collation strings
 * have another order than an index keeps them in, so conditions on strings, and on what may contain some, are left out.
 */
export function boundsOf(filter: BsonDocument, hasCollation: boolean): Map<string, FieldBounds> {
  const bounds = new Map<string, FieldBounds>();
  collect(filter, '', { bounds, hasCollation });
  return bounds;
}

interface Collected {
  readonly bounds: Map<string, FieldBounds>;
  readonly hasCollation: boolean;
}

function collect(filter: BsonDocument, prefix: string, collected: Collected): void {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(condition))
      for (const part of condition.filter(isDocument)) collect(part, prefix, collected);
    if (!name.startsWith('$')) collectCondition(`${prefix}${name}`, condition, collected);
  }
}

function collectCondition(path: string, condition: BsonValue, collected: Collected): void {
  if (condition instanceof BSONRegExp || hasNumberedPart(path)) return;
  const field = collected.bounds.get(path) ?? { equals: undefined, low: undefined, high: undefined };
  if (!isOperatorDocument(condition)) narrowToEquality(field, [condition], collected);
  else for (const [operator, operand] of Object.entries(condition)) applyOperator(path, field, { operator, operand, collected });
  if (field.equals !== undefined || field.low !== undefined || field.high !== undefined) collected.bounds.set(path, field);
}

/** "a.0" is an element of an array, or a field "0" of its documents; an index has entries for one reading, a query means both. */
export const hasNumberedPart = (path: string): boolean => path.split('.').some(isArrayIndex);

interface OperatorUse {
  readonly operator: string;
  readonly operand: BsonValue;
  readonly collected: Collected;
}

function applyOperator(path: string, field: FieldBounds, { operator, operand, collected }: OperatorUse): void {
  switch (operator) {
    case '$eq':
      narrowToEquality(field, [operand], collected);
      return;
    case '$in':
      if (Array.isArray(operand) && operand.every((item) => !(item instanceof BSONRegExp)))
        narrowToEquality(field, operand, collected);
      return;
    case '$gt':
    case '$gte':
      if (isRangeOperand(operand, collected)) field.low ??= { value: operand, isInclusive: operator === '$gte' };
      return;
    case '$lt':
    case '$lte':
      if (isRangeOperand(operand, collected)) field.high ??= { value: operand, isInclusive: operator === '$lte' };
      return;
    case '$elemMatch':
      if (isDocument(operand) && !isOperatorDocument(operand)) collect(operand, `${path}.`, collected);
      return;
    default:
  }
}

/** A second equality on the same field adds nothing that would be safe with arrays; the first one stays. */
function narrowToEquality(field: FieldBounds, values: readonly BsonValue[], { hasCollation }: Collected): void {
  if (values.some((value) => Array.isArray(value) || value === undefined)) return;
  if (hasCollation && values.some(isCollated)) return;
  field.equals ??= values;
}

/** A range has the bounds of one type family. Null, MinKey, MaxKey and arrays have rules of their own and use no index. */
function isRangeOperand(operand: BsonValue, { hasCollation }: Collected): boolean {
  if (isNullish(operand) || Array.isArray(operand) || operand instanceof BSONRegExp) return false;
  if (isNumber(operand) && isNaNNumber(operand)) return false;
  if (hasCollation && isCollated(operand)) return false;
  const rank = typeRank(operand);
  return rank !== TYPE_RANK.minKey && rank !== TYPE_RANK.maxKey;
}

const isCollated = (value: BsonValue): boolean => [TYPE_RANK.string, TYPE_RANK.object, TYPE_RANK.array].includes(typeRank(value));

/** True when the conditions cannot be met by a missing field. */
export function excludesMissing(field: FieldBounds): boolean {
  if (field.equals !== undefined) return !field.equals.some(isNullish);
  return field.low !== undefined || field.high !== undefined;
}
