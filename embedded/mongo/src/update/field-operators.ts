import { Decimal128, Double, Int32, Timestamp } from 'bson';
import { badValue, failedToParse, typeMismatch } from '../command-error.ts';
import { addNumbers, multiplyNumbers } from '../values/arithmetic.ts';
import { bsonTypeName, isDocument, isNumber, type BsonNumber, type BsonValue } from '../values/bson-value.ts';
import { compareValues } from '../values/compare.ts';
import { bit } from './bit-operator.ts';
import { NO_CHANGE, type FieldChange, type UpdateEnvironment, type UpdateOperator } from './update-operation.ts';

const set: UpdateOperator = { createsPath: true, parse: (operand) => () => operand };
const unset: UpdateOperator = { createsPath: false, parse: () => () => undefined };

const inc = numericOperator('$inc', addNumbers, (operand) => operand);
/** A missing field becomes zero of the operand's type. */
const mul = numericOperator('$mul', multiplyNumbers, (operand) => multiplyNumbers(operand, new Int32(0)) ?? operand);

function numericOperator(
  name: string,
  combine: (a: BsonNumber, b: BsonNumber) => BsonNumber | undefined,
  initial: (operand: BsonNumber) => BsonNumber,
): UpdateOperator {
  const parse = (operand: BsonValue, path: string): FieldChange => {
    if (!isNumber(operand)) {
      throw typeMismatch(
        `Cannot ${name === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${path}: ${bsonTypeName(operand)}}`,
      );
    }
    return (current, field) => {
      if (current === undefined) return initial(operand);
      if (!isNumber(current)) {
        throw typeMismatch(
          `Cannot apply ${name} to a value of non-numeric type. The field '${field.path}' is of type ${bsonTypeName(current)}`,
        );
      }
      const result = combine(current, operand);
      if (result === undefined)
        throw badValue(`Failed to apply ${name} operations to the current value: 64-bit integer overflow`);
      return result;
    };
  };
  return { createsPath: true, parse };
}

const min = extremeOperator((order) => order < 0);
const max = extremeOperator((order) => order > 0);

function extremeOperator(replaces: (order: number) => boolean): UpdateOperator {
  const parse =
    (operand: BsonValue, _path: string, { collation }: UpdateEnvironment): FieldChange =>
    (current) =>
      current === undefined || replaces(compareValues(operand, current, collation)) ? operand : NO_CHANGE;
  return { createsPath: true, parse };
}

const currentDate: UpdateOperator = {
  createsPath: true,
  parse: (operand, path, { now }) => {
    if (typeof operand === 'boolean') return () => now;
    const type = isDocument(operand) && Object.keys(operand).length === 1 ? operand['$type'] : undefined;
    if (type === 'date') return () => now;
    if (type === 'timestamp') return () => new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 });
    if (isDocument(operand))
      throw badValue(`The only valid values for $currentDate are {$type: 'date'} or {$type: 'timestamp'} at ${path}`);
    throw badValue(
      `${bsonTypeName(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  },
};

export const fieldOperators: Readonly<Record<string, UpdateOperator>> = {
  $set: set,
  $setOnInsert: set,
  $unset: unset,
  $inc: inc,
  $mul: mul,
  $min: min,
  $max: max,
  $currentDate: currentDate,
  $bit: bit,
};

/** Zero or one of a number type, for `$pop` and directions. */
export function plusOrMinusOne(operand: BsonValue, operator: string): 1 | -1 {
  const value =
    operand instanceof Int32 || operand instanceof Double ? operand.value : isNumber(operand) ? Number(operand.toString()) : NaN;
  if (value === 1) return 1;
  if (value === -1) return -1;
  if (operand instanceof Decimal128 || Number.isNaN(value)) throw failedToParse(`Expected a number in: ${operator}`);
  throw failedToParse(`${operator} expects 1 or -1, found: ${value}`);
}
