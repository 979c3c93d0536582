import { badValue } from '../command-error.ts';
import { isNumber, type BsonNumber, type BsonValue } from '../values/bson-value.ts';
import { toDouble, toInteger } from '../values/numeric.ts';
import type { ValueTest } from './filter.ts';

/** `$mod: [divisor, remainder]`; fractions are cut towards zero, the remainder has the dividend's sign. */
export function modTest(operand: BsonValue): ValueTest {
  if (!Array.isArray(operand)) throw badValue('malformed mod, needs to be an array');
  if (operand.length < 2) throw badValue('malformed mod, not enough elements');
  if (operand.length > 2) throw badValue('malformed mod, too many elements');
  const [divisor, remainder] = operand.map((item, index) => {
    const role = index === 0 ? 'divisor' : 'remainder';
    if (!isNumber(item)) throw badValue(`malformed mod, ${role} not a number`);
    const integer = truncated(item);
    if (integer === undefined) throw badValue(`malformed mod, ${role} value is invalid :: caused by :: not a 64-bit integer`);
    return integer;
  });
  if (divisor === undefined || divisor === 0n) throw badValue('divisor cannot be 0');
  return (value) => {
    const dividend = isNumber(value) ? truncated(value) : undefined;
    return dividend !== undefined && dividend % divisor === remainder;
  };
}

function truncated(value: BsonNumber): bigint | undefined {
  const whole = toInteger(value);
  const double = toDouble(value);
  const integer = whole ?? (Number.isFinite(double) ? BigInt(Math.trunc(double)) : undefined);
  return integer !== undefined && integer === BigInt.asIntN(64, integer) ? integer : undefined;
}
