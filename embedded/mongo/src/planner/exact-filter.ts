import { ObjectId } from 'bson';
import { isDocument, isNumber, isOperatorDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { typeRank } from '../values/compare.ts';

const LOWER = ['$gt', '$gte'];
const UPPER = ['$lt', '$lte'];

/**
 * True when equality on `equalities` and a range on `ranged` say everything a filter says, so that the entries of an index without
 * arrays need not be compared with their documents. Conservative: one condition a field, on values whose index key is the value.
 */
export function isExactly(filter: BsonDocument, equalities: readonly string[], ranged: string | undefined): boolean {
  const conditions: [string, BsonValue][] = [];
  if (!collectConditions(filter, conditions)) return false;
  const paths = new Set(conditions.map(([path]) => path));
  if (paths.size !== conditions.length) return false;
  if (conditions.length !== equalities.length + (ranged === undefined ? 0 : 1)) return false;
  return conditions.every(([path, condition]) =>
    equalities.includes(path) ? isPlainEquality(condition) : path === ranged && isPlainRange(condition),
  );
}

function collectConditions(filter: BsonDocument, conditions: [string, BsonValue][]): boolean {
  return Object.entries(filter).every(([name, condition]) => {
    if (name === '$comment') return true;
    if (name === '$and' && Array.isArray(condition))
      return condition.every((part) => isDocument(part) && collectConditions(part, conditions));
    if (name.startsWith('$')) return false;
    conditions.push([name, condition]);
    return true;
  });
}

function isPlainEquality(condition: BsonValue): boolean {
  if (!isOperatorDocument(condition)) return isPlain(condition);
  const [[operator, operand] = ['', undefined], ...others] = Object.entries(condition);
  if (others.length > 0) return false;
  if (operator === '$eq') return isPlain(operand);
  return operator === '$in' && Array.isArray(operand) && operand.every(isPlain);
}

/** Numbers need a lower bound: NaN sorts below all others and is within no range. */
function isPlainRange(condition: BsonValue): boolean {
  if (!isOperatorDocument(condition)) return false;
  const operators = Object.keys(condition);
  const lower = operators.filter((operator) => LOWER.includes(operator));
  const upper = operators.filter((operator) => UPPER.includes(operator));
  if (lower.length > 1 || upper.length > 1 || lower.length + upper.length !== operators.length) return false;
  const operands = Object.values(condition);
  const [first] = operands;
  if (!operands.every((operand) => isPlain(operand) && typeRank(operand) === typeRank(first))) return false;
  return lower.length === 1 || !isNumber(first);
}

const isPlain = (value: BsonValue): boolean =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value instanceof Date ||
  value instanceof ObjectId ||
  isNumber(value);
