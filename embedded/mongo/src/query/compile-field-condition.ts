import { BSONRegExp } from 'bson';
import { badValue, CommandError, notSupported } from '../command-error.ts';
import { isDocument, isNumber, isOperatorDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';
import type { Condition, ConditionCompiler, ValueTest } from './filter.ts';
import { allFilter, elemMatchFilter, sizeTest } from './match-array.ts';
import { equalityTest, membershipTest, orderTest } from './match-comparison.ts';
import { bitTest } from './match-bits.ts';
import { modTest } from './match-mod.ts';
import { regexTest } from './match-regex.ts';
import { typeTest } from './match-type.ts';
import { anyValueAt } from './path-walk.ts';

/** The condition of one field: a literal, a regular expression, or a document of operators. */
export function compileFieldCondition(path: readonly string[], condition: BsonValue, compiler: ConditionCompiler): Condition {
  if (condition instanceof BSONRegExp) return anyMatch(path, regexTest(condition));
  if (!isOperatorDocument(condition)) return anyMatch(path, equalityTest(condition, compiler.environment.collation));
  const filters = Object.keys(condition).map((operator) => compileOperator({ path, operator, condition, compiler }));
  const [only] = filters;
  if (filters.length === 1 && only !== undefined) return only;
  return (document, context) => filters.every((filter) => filter(document, context));
}

interface OperatorUse {
  readonly path: readonly string[];
  readonly operator: string;
  readonly condition: BsonDocument;
  readonly compiler: ConditionCompiler;
}

function compileOperator({ path, operator, condition, compiler }: OperatorUse): Condition {
  const operand = condition[operator];
  const { collation } = compiler.environment;
  switch (operator) {
    case '$eq':
      return anyMatch(path, equalityTest(operand, collation));
    case '$ne':
      if (operand instanceof BSONRegExp) throw badValue("Can't have regex as arg to $ne.");
      return negate(anyMatch(path, equalityTest(operand, collation)));
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return anyMatch(path, orderTest(operator, operand, collation));
    case '$in':
      return anyMatch(path, membershipTest('$in', operand, collation));
    case '$nin':
      return negate(anyMatch(path, membershipTest('$nin', operand, collation)));
    case '$exists':
      return existsFilter(path, operand);
    case '$type':
      return anyMatch(path, typeTest(operand));
    case '$mod':
      return anyMatch(path, modTest(operand));
    case '$regex':
      return anyMatch(path, regexTest(operand, condition['$options']));
    case '$options':
      if (!Object.hasOwn(condition, '$regex')) throw badValue('$options needs a $regex');
      return () => true;
    case '$not':
      return notFilter(path, operand, compiler);
    case '$bitsAllSet':
    case '$bitsAllClear':
    case '$bitsAnySet':
    case '$bitsAnyClear':
      return anyMatch(path, bitTest(operator, operand));
    case '$size':
      return anyMatch(path, sizeTest(operand), true);
    case '$all':
      return allFilter(path, operand, compiler);
    case '$elemMatch':
      return elemMatchFilter(path, operand, compiler);
    default:
      throw refusedOperator(operator);
  }
}

function anyMatch(path: readonly string[], test: ValueTest, wholeArrays = false): Condition {
  return (document, context) => anyValueAt(document, path, test, { wholeArrays, context });
}

/** A negation has no position of its own. */
const negate =
  (filter: Condition): Condition =>
  (document) =>
    !filter(document);

function existsFilter(path: readonly string[], operand: BsonValue): Condition {
  const isWanted = operand === true || (operand !== false && operand !== null && !(isNumber(operand) && toDouble(operand) === 0));
  const exists = anyMatch(path, (value) => value !== undefined, true);
  return isWanted ? exists : negate(exists);
}

function notFilter(path: readonly string[], operand: BsonValue, compiler: ConditionCompiler): Condition {
  if (operand instanceof BSONRegExp) return negate(anyMatch(path, regexTest(operand)));
  if (!isDocument(operand)) throw badValue('$not needs a regex or a document');
  if (Object.keys(operand).length === 0) throw badValue('$not cannot be empty');
  for (const name of Object.keys(operand)) if (!name.startsWith('$')) throw badValue(`unknown operator: ${name}`);
  return negate(compileFieldCondition(path, operand, compiler));
}

function refusedOperator(operator: string): CommandError {
  if (operator === '$near' || operator === '$nearSphere') {
    return new CommandError(291, 'error processing query: unable to find index for $geoNear query');
  }
  if (operator.startsWith('$geo') || operator === '$within') return notSupported(`the query operator ${operator}`);
  return badValue(`unknown operator: ${operator}`);
}
