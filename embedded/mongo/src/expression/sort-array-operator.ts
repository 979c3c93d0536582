import { CommandError } from '../command-error.ts';
import { bsonTypeName, isDocument, isNullish, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { compareValues } from '../values/compare.ts';
import type { Collation } from '../values/collation.ts';
import { toDouble } from '../values/numeric.ts';
import { compareSortKeys, parseSort, sortKeyOf } from '../query/sort-specification.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { namedArguments } from './operands.ts';

const sortArray: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 2942500, unknown: 2942501, missing: { input: 2942502, sortBy: 2942503 } };
  const named = namedArguments('$sortArray', operand, { required: ['input', 'sortBy'], codes });
  const input = context.compile(named['input']);
  const sort = elementSorter(named['sortBy'], context.collation);
  return (scope) => {
    const list = input(scope);
    if (isNullish(list)) return null;
    if (Array.isArray(list)) return sort(list);
    throw new CommandError(2942504, `The input argument to $sortArray must be an array, but was of type: ${bsonTypeName(list)}`);
  };
};

type ElementSorter = (list: readonly BsonValue[]) => BsonValue[];

/** Sorts elements as wholes (`1`, `-1`) or by fields of theirs. */
function elementSorter(sortBy: BsonValue, collation: Collation | undefined): ElementSorter {
  if (isNumber(sortBy)) {
    const direction = toDouble(sortBy);
    if (direction !== 1 && direction !== -1) throw new CommandError(2942505, 'The $sort element value must be either 1 or -1');
    return (list) => list.toSorted((a, b) => compareValues(a, b, collation) * direction);
  }
  if (!isDocument(sortBy) || Object.keys(sortBy).length === 0)
    throw new CommandError(
      2942507,
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  const { fields } = parseSort(sortBy);
  const fieldsOf = (value: BsonValue): BsonDocument => (isDocument(value) ? value : {});
  return (list) =>
    list
      .map((item) => ({ item, key: sortKeyOf(fieldsOf(item), fields, collation) }))
      .sort((a, b) => compareSortKeys(a.key, b.key, fields, collation))
      .map(({ item }) => item);
}

export const sortArrayOperators: OperatorTable = { $sortArray: sortArray };
