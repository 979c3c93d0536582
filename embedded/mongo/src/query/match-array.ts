import { BSONRegExp } from 'bson';
import { badValue } from '../command-error.ts';
import { isDocument, isNumber, isOperatorDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { documentOf } from '../values/field-order.ts';
import { toInteger } from '../values/numeric.ts';
import { equalityTest } from './match-comparison.ts';
import type { Condition, ConditionCompiler, ValueTest } from './filter.ts';
import { anyValueAt, WHOLE_VALUE } from './path-walk.ts';
import { regexTest } from './match-regex.ts';

export function sizeTest(operand: BsonValue): ValueTest {
  const size = isNumber(operand) ? toInteger(operand) : undefined;
  if (size === undefined) throw badValue('Failed to parse $size. Expected an integer');
  if (size < 0n) throw badValue('Failed to parse $size. Expected a non-negative number');
  return (value) => Array.isArray(value) && BigInt(value.length) === size;
}

/** `$elemMatch`: one element fulfils all conditions at once. */
export function elemMatchFilter(path: readonly string[], operand: BsonValue, compiler: ConditionCompiler): Condition {
  const matches = elementTest(operand, compiler);
  return (document, context) => {
    let position: number | undefined;
    const test: ValueTest = (value) => {
      if (!Array.isArray(value)) return false;
      const index = value.findIndex(matches);
      if (index >= 0) position ??= index;
      return index >= 0;
    };
    const isMatch = anyValueAt(document, path, test, { wholeArrays: true, context });
    if (isMatch && context !== undefined && position !== undefined) context.arrayIndex ??= position;
    return isMatch;
  };
}

/** The test `$elemMatch` makes of one array element. */
export function elementTest(operand: BsonValue, compiler: ConditionCompiler): ValueTest {
  if (!isDocument(operand)) throw badValue('$elemMatch needs an Object');
  if (isOperatorDocument(operand) && !isTreeOperator(Object.keys(operand)[0] ?? '')) {
    const condition = compiler.condition(WHOLE_VALUE, operand);
    return (value) => condition(value); // called by findIndex, whose further arguments are no context
  }
  const filter = compiler.filter(operand);
  return (value) => {
    if (isDocument(value)) return filter(value);
    return Array.isArray(value) && filter(arrayAsDocument(value));
  };
}

/** To a filter inside `$elemMatch` an array is a document with the fields "0", "1", … */
const arrayAsDocument = (array: readonly BsonValue[]): BsonDocument =>
  documentOf(array.map((item, index) => [String(index), item] as const));

const TREE_OPERATORS = new Set('$and $or $nor $expr $comment $where $text $jsonSchema $sampleRate $ref $id $db'.split(' '));

/** Operators that stand for a whole document and not for a field's value; parts of a DBRef are fields. */
export const isTreeOperator = (name: string): boolean => TREE_OPERATORS.has(name);

/** `$all`: every entry is matched by some element, or by the value itself. */
export function allFilter(path: readonly string[], operand: BsonValue, compiler: ConditionCompiler): Condition {
  if (!Array.isArray(operand)) throw badValue('$all needs an array');
  if (operand.length === 0) return () => false;
  const filters = operand.map((item): Condition => {
    if (isDocument(item) && Object.hasOwn(item, '$elemMatch')) return elemMatchFilter(path, item['$elemMatch'], compiler);
    if (isOperatorDocument(item)) throw badValue('no $ expressions in $all');
    const test = item instanceof BSONRegExp ? regexTest(item) : equalityTest(item, compiler.environment.collation);
    return (document, context) => anyValueAt(document, path, test, { context });
  });
  return (document, context) => filters.every((filter) => filter(document, context));
}
