import { Double } from 'bson';
import { CommandError, notSupported } from '../command-error.ts';
import { isDocument } from '../values/bson-value.ts';
import { accumulatorExpressions } from './accumulator-expressions.ts';
import { arithmeticOperators } from './arithmetic-operators.ts';
import { arrayIterationOperators } from './array-iteration-operators.ts';
import { arrayOperators } from './array-operators.ts';
import { bitwiseOperators } from './bitwise-operators.ts';
import { booleanOperators } from './boolean-operators.ts';
import { comparisonOperators } from './comparison-operators.ts';
import { conditionalOperators } from './conditional-operators.ts';
import { conversionOperators } from './conversion-operators.ts';
import { dateArithmeticOperators } from './date-arithmetic-operators.ts';
import { dateOperators } from './date-operators.ts';
import { datePartsOperators } from './date-parts-operators.ts';
import { dateStringOperators } from './date-string-operators.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { objectOperators } from './object-operators.ts';
import { powerOperators } from './power-operators.ts';
import { regexOperators } from './regex-operators.ts';
import { roundingOperators } from './rounding-operators.ts';
import { setOperators } from './set-operators.ts';
import { sortArrayOperators } from './sort-array-operator.ts';
import { stringOperators } from './string-operators.ts';
import { substringOperators } from './substring-operators.ts';
import { trigonometryOperators } from './trigonometry-operators.ts';

const rand: OperatorCompiler = (operand) => {
  if (!isDocument(operand) && !Array.isArray(operand))
    throw new CommandError(10065, 'invalid parameter: expected an object ($rand)');
  if (Object.keys(operand).length > 0) throw new CommandError(3040501, '$rand does not currently accept arguments');
  return () => new Double(Math.random());
};

const OPERATORS: OperatorTable = {
  ...comparisonOperators,
  ...booleanOperators,
  ...conditionalOperators,
  ...arithmeticOperators,
  ...roundingOperators,
  ...powerOperators,
  ...trigonometryOperators,
  ...bitwiseOperators,
  ...stringOperators,
  ...substringOperators,
  ...regexOperators,
  ...arrayOperators,
  ...arrayIterationOperators,
  ...sortArrayOperators,
  ...setOperators,
  ...objectOperators,
  ...conversionOperators,
  ...dateOperators,
  ...dateArithmeticOperators,
  ...datePartsOperators,
  ...dateStringOperators,
  ...accumulatorExpressions,
  $literal: (operand) => () => operand,
  $rand: rand,
};

export const operatorNames: readonly string[] = Object.keys(OPERATORS);

/** Operators MongoDB has and this server has not. */
const REFUSED = new Set(['$meta', '$toHashedIndexKey']);

/** The compiler of an operator; unknown names are error 168 InvalidPipelineOperator. */
export function operatorCompiler(name: string): OperatorCompiler {
  const compiler = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (compiler !== undefined) return compiler;
  if (name === '$function')
    throw new CommandError(31264, 'Cannot run server-side javascript without the javascript engine enabled');
  if (REFUSED.has(name)) throw notSupported(`the expression ${name}`);
  throw new CommandError(168, `Unrecognized expression '${name}'`);
}
