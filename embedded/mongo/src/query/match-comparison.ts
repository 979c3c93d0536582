import { BSONRegExp } from 'bson';
import { badValue } from '../command-error.ts';
import { bsonTypeName, isNullish, isNumber, isOperatorDocument, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { compareValues, equalValues, typeRank } from '../values/compare.ts';
import { isNaNNumber } from '../values/numeric.ts';
import type { ValueTest } from './filter.ts';
import { regexTest } from './match-regex.ts';

/** `$eq`: null also matches missing. */
export function equalityTest(operand: BsonValue, collation?: Collation): ValueTest {
  if (isNullish(operand)) return isNullish;
  return (value) => value !== undefined && equalValues(value, operand, collation);
}

export type OrderOperator = '$gt' | '$gte' | '$lt' | '$lte';

const HOLDS: Readonly<Record<OrderOperator, (order: number) => boolean>> = {
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
};

/** `$gt` and its kin: only values of the operand's own type family match (type bracketing), MinKey and MaxKey compare with all. */
export function orderTest(operator: OrderOperator, operand: BsonValue, collation?: Collation): ValueTest {
  const holds = HOLDS[operator];
  if (isNullish(operand)) return operator === '$gte' || operator === '$lte' ? isNullish : () => false;
  if (operand instanceof BSONRegExp) throw badValue(`Can't have RegEx as arg to predicate over field with ${operator}`);
  if (isNumber(operand) && isNaNNumber(operand)) {
    return (value) => isNumber(value) && isNaNNumber(value) && (operator === '$gte' || operator === '$lte');
  }
  const rank = typeRank(operand);
  // Everything, missing included, is above MinKey and below MaxKey.
  const others = isBeyond(operator, operand);
  return (value) => {
    if (typeRank(value) !== rank) return others;
    if (isNumber(value) && isNaNNumber(value) && isNumber(operand)) return false;
    return holds(compareValues(value, operand, collation));
  };
}

function isBeyond(operator: OrderOperator, operand: BsonValue): boolean {
  const end = operator === '$gt' || operator === '$gte' ? 'minKey' : 'maxKey';
  return bsonTypeName(operand) === end;
}

/** `$in`: literals are sorted once and searched; regular expressions are tried one by one. */
export function membershipTest(operator: '$in' | '$nin', operand: BsonValue, collation?: Collation): ValueTest {
  if (!Array.isArray(operand)) throw badValue(`${operator} needs an array`);
  if (operand.some(isOperatorDocument)) throw badValue(`cannot nest $ under ${operator}`);
  const patterns = operand.filter((item) => item instanceof BSONRegExp).map((item) => regexTest(item));
  const hasNull = operand.some(isNullish);
  const literals = operand.filter((item) => !isNullish(item)).sort((a, b) => compareValues(a, b, collation));
  return (value) => {
    if (isNullish(value)) return hasNull;
    return includesSorted(literals, value, collation) || patterns.some((matches) => matches(value));
  };
}

function includesSorted(sorted: readonly BsonValue[], value: BsonValue, collation?: Collation): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compareValues(sorted[middle], value, collation);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}
