import { BSONRegExp } from 'bson';
import { badValue, CommandError } from '../command-error.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { ValueTest } from '../query/filter.ts';
import {
  bsonTypeName,
  isDocument,
  isNumber,
  isOperatorDocument,
  type BsonDocument,
  type BsonValue,
} from '../values/bson-value.ts';
import { compareValues, equalValues } from '../values/compare.ts';
import { toInteger } from '../values/numeric.ts';
import { compareSortValues, sortValue } from '../values/path.ts';
import { parseSort } from '../query/sort-specification.ts';
import { plusOrMinusOne } from './field-operators.ts';
import { NO_CHANGE, type FieldInfo, type UpdateOperator } from './update-operation.ts';

function requireArray(current: BsonValue, operator: string, field: FieldInfo): BsonValue[] {
  if (Array.isArray(current)) return current;
  const message =
    operator === '$push' || operator === '$addToSet'
      ? `The field '${field.path}' must be an array but is of type ${bsonTypeName(current)}`
      : `Cannot apply ${operator} to a non-array value`;
  throw badValue(message);
}

interface PushModifiers {
  readonly items: readonly BsonValue[];
  readonly position: number | undefined;
  readonly slice: number | undefined;
  readonly compare: ((a: BsonValue, b: BsonValue) => number) | undefined;
}

const push: UpdateOperator = {
  createsPath: true,
  parse: (operand) => {
    const modifiers = parsePush(operand);
    return (current, field) => {
      const array = [...(current === undefined ? [] : requireArray(current, '$push', field))];
      const position = modifiers.position ?? array.length;
      array.splice(position < 0 ? Math.max(0, array.length + position) : Math.min(position, array.length), 0, ...modifiers.items);
      if (modifiers.compare !== undefined) array.sort(modifiers.compare);
      if (modifiers.slice === undefined) return array;
      return modifiers.slice < 0 ? array.slice(modifiers.slice) : array.slice(0, modifiers.slice);
    };
  },
};

function parsePush(operand: BsonValue): PushModifiers {
  if (!isDocument(operand) || !Object.hasOwn(operand, '$each')) {
    return { items: [operand], position: undefined, slice: undefined, compare: undefined };
  }
  for (const name of Object.keys(operand)) {
    if (!['$each', '$position', '$slice', '$sort'].includes(name)) throw badValue(`Unrecognized clause in $push: ${name}`);
  }
  const items = operand['$each'];
  if (!Array.isArray(items))
    throw badValue(`The argument to $each in $push must be an array but it was of type: ${bsonTypeName(items)}`);
  return {
    items,
    position: optionalInteger(operand, '$position'),
    slice: optionalInteger(operand, '$slice'),
    compare: Object.hasOwn(operand, '$sort') ? parsePushSort(operand['$sort']) : undefined,
  };
}

function optionalInteger(operand: BsonDocument, name: string): number | undefined {
  if (!Object.hasOwn(operand, name)) return undefined;
  const value = operand[name];
  const integer = isNumber(value) ? toInteger(value) : undefined;
  if (integer === undefined) throw badValue(`The value for ${name} must be an integer value`);
  return Number(integer);
}

function parsePushSort(operand: BsonValue): (a: BsonValue, b: BsonValue) => number {
  if (!isDocument(operand)) {
    const direction = plusOrMinusOne(operand, '$sort');
    return (a, b) => compareValues(a, b) * direction;
  }
  const { fields } = parseSort(operand);
  return (a, b) => {
    for (const field of fields) {
      const x = sortValue(isDocument(a) ? a : {}, field);
      const y = sortValue(isDocument(b) ? b : {}, field);
      const order = compareSortValues(x, y) * field.direction;
      if (order !== 0) return order;
    }
    return 0;
  };
}

const addToSet: UpdateOperator = {
  createsPath: true,
  parse: (operand) => {
    const items = addToSetItems(operand);
    return (current, field) => {
      const array = [...(current === undefined ? [] : requireArray(current, '$addToSet', field))];
      for (const item of items) if (!array.some((member) => equalValues(member, item))) array.push(item);
      return array;
    };
  },
};

function addToSetItems(operand: BsonValue): readonly BsonValue[] {
  if (!isDocument(operand) || Object.keys(operand)[0] !== '$each') return [operand];
  const items = operand['$each'];
  if (!Array.isArray(items))
    throw new CommandError(14, `The argument to $each in $addToSet must be an array but it was of type ${bsonTypeName(items)}`);
  if (Object.keys(operand).length > 1)
    throw badValue(`Found unexpected fields after $each in $addToSet: ${Object.keys(operand).join(', ')}`);
  return items;
}

const pull: UpdateOperator = {
  createsPath: false,
  parse: (operand) => {
    const isPulled = pullTest(operand);
    return (current, field) => {
      const array = requireArray(current, '$pull', field);
      const kept = array.filter((item) => !isPulled(item));
      return kept.length === array.length ? NO_CHANGE : kept;
    };
  },
};

function pullTest(operand: BsonValue): ValueTest {
  if (operand instanceof BSONRegExp || isOperatorDocument(operand)) {
    const condition = compileFilter({ item: operand });
    return (item) => condition({ item });
  }
  if (isDocument(operand)) {
    const filter = compileFilter(operand);
    return (item) => isDocument(item) && filter(item);
  }
  return (item) => equalValues(item, operand);
}

const pullAll: UpdateOperator = {
  createsPath: false,
  parse: (operand) => {
    if (!Array.isArray(operand)) throw badValue(`$pullAll requires an array argument but was given a ${bsonTypeName(operand)}`);
    return (current, field) => {
      const array = requireArray(current, '$pullAll', field);
      return array.filter((item) => !operand.some((unwanted) => equalValues(unwanted, item)));
    };
  },
};

const pop: UpdateOperator = {
  createsPath: false,
  parse: (operand) => {
    const end = plusOrMinusOne(operand, '$pop');
    return (current, field) => {
      if (!Array.isArray(current)) {
        throw new CommandError(14, `Path '${field.path}' contains an element of non-array type '${bsonTypeName(current)}'`);
      }
      return end === 1 ? current.slice(0, -1) : current.slice(1);
    };
  },
};

export const arrayOperators: Readonly<Record<string, UpdateOperator>> = {
  $push: push,
  $addToSet: addToSet,
  $pull: pull,
  $pullAll: pullAll,
  $pop: pop,
};
