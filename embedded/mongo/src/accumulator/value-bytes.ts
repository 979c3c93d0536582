import type { BsonValue } from '../values/bson-value.ts';

/** What a value is charged for besides its content. */
const BASE_BYTES = 16;

/** About the memory a value takes, for the limits of stages and accumulators. */
export function valueBytes(value: BsonValue): number {
  if (typeof value === 'string') return BASE_BYTES + value.length;
  if (typeof value !== 'object' || value === null) return BASE_BYTES;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + valueBytes(item), BASE_BYTES);
  if (Object.getPrototypeOf(value) !== Object.prototype) return 2 * BASE_BYTES;
  let bytes = BASE_BYTES;
  for (const [name, item] of Object.entries(value)) bytes += name.length + valueBytes(item as BsonValue); // a document's fields
  return bytes;
}
