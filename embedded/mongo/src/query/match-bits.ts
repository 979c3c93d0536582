import { Binary, Double } from 'bson';
import { badValue, failedToParse } from '../command-error.ts';
import { isNumber, type BsonNumber, type BsonValue } from '../values/bson-value.ts';
import { binaryBytes } from '../values/compare.ts';
import { toInteger } from '../values/numeric.ts';
import type { ValueTest } from './filter.ts';

export type BitOperator = '$bitsAllSet' | '$bitsAllClear' | '$bitsAnySet' | '$bitsAnyClear';

/** Bits of numbers, as 64-bit two's complement, and of binary data, whose first byte holds the lowest bits. */
export function bitTest(operator: BitOperator, operand: BsonValue): ValueTest {
  const positions = positionsOf(operator, operand);
  const isSetWanted = operator === '$bitsAllSet' || operator === '$bitsAnySet';
  const wantsAll = operator === '$bitsAllSet' || operator === '$bitsAllClear';
  return (value) => {
    const isSet = bitReader(value);
    if (isSet === undefined) return false;
    const hasWanted = (position: number): boolean => isSet(position) === isSetWanted;
    return wantsAll ? positions.every(hasWanted) : positions.some(hasWanted);
  };
}

/** A mask as number or binary data, or an array of bit positions. */
function positionsOf(operator: string, operand: BsonValue): number[] {
  if (Array.isArray(operand)) return operand.map((item) => positionOf(item));
  if (operand instanceof Binary) {
    const bytes = binaryBytes(operand);
    return Array.from({ length: bytes.length * 8 }, (_, position) => position).filter((position) =>
      isByteBitSet(bytes, position),
    );
  }
  if (!isNumber(operand)) throw badValue(`${operator} takes an Array, a number, or a BinData`);
  const mask = wholeNumber(operand);
  if (mask < 0n) throw failedToParse(`Expected a non-negative number in: ${operator}`);
  return Array.from({ length: 63 }, (_, position) => position).filter((position) => ((mask >> BigInt(position)) & 1n) === 1n);
}

function positionOf(item: BsonValue): number {
  if (!isNumber(item)) throw failedToParse('bit positions must be an integer');
  const position = wholeNumber(item);
  if (position < 0n) throw failedToParse('Expected a non-negative number as bit position');
  if (position > 2n ** 31n - 1n) throw failedToParse('bit positions cannot be represented as a 32-bit signed integer');
  return Number(position);
}

function wholeNumber(value: BsonNumber): bigint {
  const integer = toInteger(value);
  if (integer === undefined || !fitsLong(integer)) throw failedToParse('Expected an integer that fits 64 bits');
  return integer;
}

function bitReader(value: BsonValue): ((position: number) => boolean) | undefined {
  if (value instanceof Binary) {
    const bytes = binaryBytes(value);
    return (position) => isByteBitSet(bytes, position);
  }
  if (!isNumber(value) || (value instanceof Double && !Number.isInteger(value.value))) return undefined;
  const integer = toInteger(value);
  if (integer === undefined || !fitsLong(integer)) return undefined;
  // Shifting a negative bigint keeps its sign, so bits beyond 63 are the sign bit.
  return (position) => ((integer >> BigInt(position)) & 1n) === 1n;
}

const fitsLong = (value: bigint): boolean => value >= -(2n ** 63n) && value < 2n ** 63n;

const isByteBitSet = (bytes: Uint8Array, position: number): boolean =>
  (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) === 1;
