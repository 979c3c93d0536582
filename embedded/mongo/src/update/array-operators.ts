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
import type { Collation } from '../values/collation.ts';
import { fieldEntries } from '../values/field-order.ts';
import { toDouble, toInteger } from '../values/numeric.ts';
import type { SortField } from '../values/path.ts';
import { isTreeOperator } from '../query/match-array.ts';
import { compareSortKeys, sortKeyOf, type SortKey } from '../query/sort-specification.ts';
import { plusOrMinusOne } from './field-operators.ts';
import { NO_CHANGE, type FieldInfo, type UpdateEnvironment, type UpdateOperator } from './update-operation.ts';

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
  parse: (operand, _path, { collation }) => {
    const modifiers = parsePush(operand, collation);
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

function parsePush(operand: BsonValue, collation: Collation | undefined): PushModifiers {
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
    compare: Object.hasOwn(operand, '$sort') ? parsePushSort(operand['$sort'], collation) : undefined,
  };
}

function optionalInteger(operand: BsonDocument, name: string): number | undefined {
  if (!Object.hasOwn(operand, name)) return undefined;
  const value = operand[name];
  const integer = isNumber(value) ? toInteger(value) : undefined;
  if (integer === undefined) throw badValue(`The value for ${name} must be an integer value`);
  return Number(integer);
}

function parsePushSort(operand: BsonValue, collation: Collation | undefined): (a: BsonValue, b: BsonValue) => number {
  if (!isDocument(operand)) {
    const direction = isNumber(operand) ? toDouble(operand) : 0;
    if (direction !== 1 && direction !== -1)
      throw badValue('The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields');
    return (a, b) => compareValues(a, b, collation) * direction;
  }
  const fields = pushSortFields(operand);
  const keyOf = (item: BsonValue): SortKey => sortKeyOf(isDocument(item) ? item : {}, fields, collation);
  return (a, b) => compareSortKeys(keyOf(a), keyOf(b), fields, collation);
}

function pushSortFields(pattern: BsonDocument): SortField[] {
  const entries = fieldEntries(pattern);
  if (entries.length === 0) throw badValue('The $sort pattern is empty when it should be a set of fields.');
  return entries.map(([path, order]) => {
    if (path === '' || path.startsWith('.') || path.endsWith('.')) throw badValue('The $sort field is not a valid dotted field');
    const direction = isNumber(order) ? toDouble(order) : 0;
    if (direction !== 1 && direction !== -1) throw badValue('The $sort element value must be either 1 or -1');
    return { path, direction };
  });
}

const addToSet: UpdateOperator = {
  createsPath: true,
  parse: (operand, _path, { collation }) => {
    const items = addToSetItems(operand);
    return (current, field) => {
      const array = [...(current === undefined ? [] : requireArray(current, '$addToSet', field))];
      for (const item of items) if (!array.some((member) => equalValues(member, item, collation))) array.push(item);
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
  parse: (operand, _path, environment) => {
    const isPulled = pullTest(operand, environment);
    return (current, field) => {
      const array = requireArray(current, '$pull', field);
      const kept = array.filter((item) => !isPulled(item));
      return kept.length === array.length ? NO_CHANGE : kept;
    };
  },
};

/** Operators of values are tested on each element; any other document is a query on elements that are documents. */
function pullTest(operand: BsonValue, { collation, variables }: UpdateEnvironment): ValueTest {
  const isValueCondition = isOperatorDocument(operand) && !isTreeOperator(Object.keys(operand)[0] ?? '');
  if (operand instanceof BSONRegExp || isValueCondition) {
    const condition = compileFilter({ item: operand }, { collation, variables });
    return (item) => condition({ item });
  }
  if (isDocument(operand)) {
    const filter = compileFilter(operand, { collation, variables, isElement: true });
    return (item) => isDocument(item) && filter(item);
  }
  return (item) => equalValues(item, operand, collation);
}

const pullAll: UpdateOperator = {
  createsPath: false,
  parse: (operand, _path, { collation }) => {
    if (!Array.isArray(operand)) throw badValue(`$pullAll requires an array argument but was given a ${bsonTypeName(operand)}`);
    return (current, field) => {
      const array = requireArray(current, '$pullAll', field);
      return array.filter((item) => !operand.some((unwanted) => equalValues(unwanted, item, collation)));
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
