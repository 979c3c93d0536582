import { isNumber, type BsonValue } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';

/** False, null, missing and zero are false; everything else is true. NaN is true. */
export function isTruthy(value: BsonValue): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !(isNumber(value) && toDouble(value) === 0);
}
