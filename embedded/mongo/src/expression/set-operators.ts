import { CommandError } from '../command-error.ts';
import { bsonTypeName, isNullish, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { binaryOperator, listOperands } from './operands.ts';
import { ValueSet } from './value-set.ts';
import { compareExact } from './value-order.ts';

function arrayOrThrow(value: BsonValue, code: number, operator: string, which: string): readonly BsonValue[] {
  if (Array.isArray(value)) return value;
  throw new CommandError(code, `${which} of ${operator} must be arrays. One argument is of type: ${bsonTypeName(value)}`);
}

/** MongoDB gives unions and intersections in the order of their values. */
const inOrder = (values: Iterable<BsonValue>, collation: Collation | undefined): BsonValue[] =>
  [...values].sort((a, b) => compareExact(a, b, collation));

const setUnion: OperatorCompiler = (operand, context) => {
  const operands = listOperands(operand, context);
  return (scope) => {
    const union = new ValueSet(context.collation);
    for (const expression of operands) {
      const value = expression(scope);
      if (isNullish(value)) return null;
      for (const item of arrayOrThrow(value, 17043, '$setUnion', 'All operands')) union.add(item);
    }
    return inOrder(union.values(), context.collation);
  };
};

const setIntersection: OperatorCompiler = (operand, context) => {
  const operands = listOperands(operand, context);
  return (scope) => {
    let common: ValueSet | undefined;
    for (const expression of operands) {
      const value = expression(scope);
      if (isNullish(value)) return null;
      const next = ValueSet.of(arrayOrThrow(value, 17047, '$setIntersection', 'All operands'), context.collation);
      const previous = common;
      common =
        previous === undefined
          ? next
          : ValueSet.of(
              [...previous.values()].filter((item) => next.has(item)),
              context.collation,
            );
    }
    return inOrder(common?.values() ?? [], context.collation);
  };
};

const setDifference = binaryOperator('$setDifference', (left, right, { collation }) => {
  if (isNullish(left) || isNullish(right)) return null;
  const first = arrayOrThrow(left, 17048, '$setDifference', 'both operands');
  const removed = ValueSet.of(arrayOrThrow(right, 17049, '$setDifference', 'both operands'), collation);
  return first.filter((item) => removed.add(item));
});

const setIsSubset = binaryOperator('$setIsSubset', (left, right, { collation }) => {
  const first = arrayOrThrow(left, 17046, '$setIsSubset', 'both operands');
  const all = ValueSet.of(arrayOrThrow(right, 17042, '$setIsSubset', 'both operands'), collation);
  return first.every((item) => all.has(item));
});

const setEquals: OperatorCompiler = (operand, context) => {
  const operands = listOperands(operand, context);
  if (operands.length < 2) throw new CommandError(17045, `$setEquals needs at least two arguments had: ${operands.length}`);
  return (scope) => {
    const sets = operands.map((expression) =>
      ValueSet.of(arrayOrThrow(expression(scope), 17044, '$setEquals', 'All operands'), context.collation),
    );
    const [first, ...others] = sets;
    return others.every((set) => set.size === first?.size && [...set.values()].every((item) => first.has(item)));
  };
};

export const setOperators: OperatorTable = {
  $setUnion: setUnion,
  $setIntersection: setIntersection,
  $setDifference: setDifference,
  $setIsSubset: setIsSubset,
  $setEquals: setEquals,
};
