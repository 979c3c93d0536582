import { Int32, Long } from 'bson';
import { badValue } from '../command-error.ts';
import { bsonTypeName, isDocument, type BsonValue } from '../values/bson-value.ts';
import type { FieldChange, UpdateOperator } from './update-operation.ts';

const OPERATIONS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

/** `$bit: { field: { and | or | xor: int or long } }`, several in order; a missing field counts as 0. */
export const bit: UpdateOperator = {
  createsPath: true,
  parse: (operand, path) => {
    if (!isDocument(operand))
      throw badValue(
        `The $bit modifier is not compatible with a ${bsonTypeName(operand)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}}`,
      );
    const steps = Object.entries(operand).map(([name, value]) => parseStep(name, value));
    if (steps.length === 0)
      throw badValue(
        `You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}} at ${path}`,
      );
    const change: FieldChange = (current, field) => {
      const start = current === undefined ? new Int32(0) : current;
      if (!isInteger(start))
        throw badValue(
          `Cannot apply $bit to a value of non-integral type. The field '${field.path}' is of type ${bsonTypeName(start)}`,
        );
      const isLong = start instanceof Long || steps.some((step) => step.operand instanceof Long);
      const result = steps.reduce((value, step) => step.apply(value, bigOf(step.operand)), bigOf(start));
      return isLong ? Long.fromBigInt(result) : new Int32(Number(result));
    };
    return change;
  },
};

function parseStep(name: string, operand: BsonValue): { apply: (a: bigint, b: bigint) => bigint; operand: Int32 | Long } {
  const apply = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (apply === undefined)
    throw badValue(`The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator`);
  if (!isInteger(operand))
    throw badValue(`The $bit modifier field must be an Integer(32/64 bit); a '${bsonTypeName(operand)}' is not supported here`);
  return { apply, operand };
}

const isInteger = (value: BsonValue): value is Int32 | Long => ['int', 'long'].includes(bsonTypeName(value));
const bigOf = (value: Int32 | Long): bigint => (value instanceof Int32 ? BigInt(value.value) : value.toBigInt());
