import { isNumber, type BsonValue } from '../values/bson-value.ts';
import { isZero } from './number-argument.ts';

/** False, null, missing and zero are false; everything else is true. NaN is true. */
export function isTruthy(value: BsonValue): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !(isNumber(value) && isZero(value));
}
