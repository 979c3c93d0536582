import { afterPrefix, encodeKeyPart, rankByte } from '../storage/key-encoding.ts';
import { typeRank } from '../values/compare.ts';
import type { KeyRange } from './access-path.ts';
import type { FieldBounds } from './field-bounds.ts';

export interface DirectedBounds extends FieldBounds {
  readonly direction: 1 | -1;
}

/** All keys that start with `prefix`. */
export const wholePrefix = (prefix: Buffer): KeyRange => ({ low: prefix, high: afterPrefix(prefix) });

/** Keys that start with `prefix` and whose next part lies within the bounds of a field. */
export function rangeAfter(prefix: Buffer, field: DirectedBounds, isMultikey: boolean): KeyRange {
  // Two elements of one array may satisfy one bound each; then only one bound is a necessary condition of a single entry.
  const high = isMultikey && field.low !== undefined ? undefined : field.high;
  const { low, direction } = field;
  const family = rankByte((low ?? high)?.value);
  const isMixed = low !== undefined && high !== undefined && typeRank(low.value) !== typeRank(high.value);
  const edge = Buffer.from([direction === 1 ? family : ~family & 0xff]);
  const [first, last] = direction === 1 ? [low, isMixed ? undefined : high] : [isMixed ? undefined : high, low];
  const start = Buffer.concat([prefix, first === undefined ? edge : encodeKeyPart(first.value, direction)]);
  const end = Buffer.concat([prefix, last === undefined ? edge : encodeKeyPart(last.value, direction)]);
  const whole = { low: start, high: afterPrefix(end) };
  return {
    low: first?.isInclusive === false ? (afterPrefix(start) ?? whole.low) : whole.low,
    high: last?.isInclusive === false ? end : whole.high,
  };
}

/** Sorts ranges and drops those contained in the one before, so that no document comes twice from the same entry. */
export function mergeRanges(ranges: readonly KeyRange[]): KeyRange[] {
  const sorted = [...ranges].sort((a, b) => Buffer.compare(a.low, b.low));
  const merged: KeyRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    const isCovered = last !== undefined && (last.high === undefined || Buffer.compare(range.low, last.high) < 0);
    if (!isCovered) merged.push(range);
  }
  return merged;
}
