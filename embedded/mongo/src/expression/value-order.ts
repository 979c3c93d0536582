import { compareValues } from '../values/compare.ts';
import type { BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';

/** The order of expressions: missing is below null, unlike in queries and sorts, where both are equal. */
export function compareExact(a: BsonValue, b: BsonValue, collation?: Collation): number {
  if (a === undefined && b === null) return -1;
  if (a === null && b === undefined) return 1;
  return compareValues(a, b, collation);
}

export const equalExact = (a: BsonValue, b: BsonValue, collation?: Collation): boolean => compareExact(a, b, collation) === 0;
