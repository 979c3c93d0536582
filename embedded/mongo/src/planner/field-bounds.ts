import { BSONRegExp } from 'bson';
import { isDocument, isNullish, isNumber, isOperatorDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { TYPE_RANK, typeRank } from '../values/compare.ts';
import { isNaNNumber } from '../values/numeric.ts';

/** What a filter demands of one field, as far as an index can use it. Each entry alone is a necessary condition of a match. */
export interface FieldBounds {
  /** The field equals one of these; null stands for missing too. */
  equals: readonly BsonValue[] | undefined;
  low: BsonValue;
  high: BsonValue;
}

/** Reads necessary conditions from a filter: its top level, `$and`, and equality inside `$elemMatch`. */
export function boundsOf(filter: BsonDocument): Map<string, FieldBounds> {
  const bounds = new Map<string, FieldBounds>();
  collect(filter, '', bounds);
  return bounds;
}

function collect(filter: BsonDocument, prefix: string, bounds: Map<string, FieldBounds>): void {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(condition))
      for (const part of condition.filter(isDocument)) collect(part, prefix, bounds);
    if (!name.startsWith('$')) collectCondition(`${prefix}${name}`, condition, bounds);
  }
}

function collectCondition(path: string, condition: BsonValue, bounds: Map<string, FieldBounds>): void {
  if (condition instanceof BSONRegExp) return;
  const field = bounds.get(path) ?? { equals: undefined, low: undefined, high: undefined };
  if (!isOperatorDocument(condition)) narrowToEquality(field, [condition]);
  else for (const [operator, operand] of Object.entries(condition)) applyOperator(path, field, { operator, operand, bounds });
  if (field.equals !== undefined || field.low !== undefined || field.high !== undefined) bounds.set(path, field);
}

interface OperatorUse {
  readonly operator: string;
  readonly operand: BsonValue;
  readonly bounds: Map<string, FieldBounds>;
}

function applyOperator(path: string, field: FieldBounds, { operator, operand, bounds }: OperatorUse): void {
  switch (operator) {
    case '$eq':
      narrowToEquality(field, [operand]);
      return;
    case '$in':
      if (Array.isArray(operand) && operand.every((item) => !(item instanceof BSONRegExp))) narrowToEquality(field, operand);
      return;
    case '$gt':
    case '$gte':
      if (isRangeOperand(operand)) field.low ??= operand;
      return;
    case '$lt':
    case '$lte':
      if (isRangeOperand(operand)) field.high ??= operand;
      return;
    case '$elemMatch':
      if (isDocument(operand) && !isOperatorDocument(operand)) collect(operand, `${path}.`, bounds);
      return;
    default:
  }
}

/** A second equality on the same field adds nothing that would be safe with arrays; the first one stays. */
function narrowToEquality(field: FieldBounds, values: readonly BsonValue[]): void {
  if (values.some((value) => Array.isArray(value) || value === undefined)) return;
  field.equals ??= values;
}

/** A range has the bounds of one type family. Null, MinKey, MaxKey and arrays have rules of their own and use no index. */
function isRangeOperand(operand: BsonValue): boolean {
  if (isNullish(operand) || Array.isArray(operand) || operand instanceof BSONRegExp) return false;
  if (isNumber(operand) && isNaNNumber(operand)) return false;
  const rank = typeRank(operand);
  return rank !== TYPE_RANK.minKey && rank !== TYPE_RANK.maxKey;
}

/** True when the conditions cannot be met by a missing field. */
export function excludesMissing(field: FieldBounds): boolean {
  if (field.equals !== undefined) return !field.equals.some(isNullish);
  return field.low !== undefined || field.high !== undefined;
}
