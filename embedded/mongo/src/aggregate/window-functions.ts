import { Double, Int32 } from 'bson';
import { CommandError, failedToParse, notSupported } from '../command-error.ts';
import { compileAccumulator, isAccumulator } from '../accumulator/accumulator-table.ts';
import { compileExpression, expressionContext } from '../expression/compile-expression.ts';
import { int32Of } from '../expression/number-argument.ts';
import { isDocument, isNullish, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { readPath, type SortField } from '../values/path.ts';
import { toDouble } from '../values/numeric.ts';
import type { StageEnvironment } from './stage.ts';
import { covariance, derivative, expMovingAvg, integral } from './window-calculus.ts';
import type { FunctionUse, WindowFunction } from './window-function.ts';
import { compileBounds, type Window, type WindowBounds } from './window-bounds.ts';

/** Functions with bounds that are no accumulators. */
const CALCULUS: Readonly<Record<string, (use: FunctionUse) => WindowFunction>> = {
  $derivative: derivative,
  $integral: integral,
  $covariancePop: covariance,
  $covarianceSamp: covariance,
  $expMovingAvg: expMovingAvg,
};

/** Compiles `{ $operator: ..., window: ... }`. */
export function compileWindowFunction(
  specification: BsonValue,
  sort: readonly SortField[],
  environment: StageEnvironment,
): WindowFunction {
  if (!isDocument(specification)) throw failedToParse('The field must be an object that names a window function');
  const operators = Object.keys(specification).filter((name) => name !== 'window');
  const [operator] = operators;
  if (operator === undefined || operators.length > 1 || !operator.startsWith('$'))
    throw failedToParse('Expected a $-prefixed window function');
  const use: FunctionUse = { operator, operand: specification[operator], window: specification['window'], sort, environment };
  if (Object.hasOwn(WINDOWLESS, operator)) return windowless(use);
  const calculus = Object.hasOwn(CALCULUS, operator) ? CALCULUS[operator] : undefined;
  if (calculus !== undefined) return calculus(use);
  if (operator === '$minMaxScaler') throw notSupported(`the window function ${operator}`);
  if (!isAccumulator(operator)) throw failedToParse(`Unrecognized window function, ${operator}`);
  return accumulated(use);
}

function accumulated({ operator, operand, window, sort, environment }: FunctionUse): WindowFunction {
  const { read, start } = compileAccumulator(operator, operand, expressionContext(environment));
  const bounds = compileBounds(window, sort);
  const { variables } = environment;
  return ({ documents }) => {
    const items = documents.map((root) => read({ root, variables }));
    const begin = (): ReturnType<typeof start> => start({ root: {}, variables });
    return overWindows(bounds, documents, (range, previous) => {
      // A window that only grows at its end goes on with the accumulator of the one before.
      const grows = previous !== undefined && previous.range.first === range.first && range.last >= previous.range.last;
      const accumulator = grows ? previous.accumulator : begin();
      const from = grows ? previous.range.last + 1 : range.first;
      for (let position = from; position <= range.last; position += 1) accumulator.add(items[position]);
      return accumulator;
    });
  };
}

type RunningAccumulator = ReturnType<ReturnType<typeof compileAccumulator>['start']>;
interface Previous {
  readonly range: Window;
  readonly accumulator: RunningAccumulator;
}

function overWindows(
  bounds: WindowBounds,
  documents: readonly BsonDocument[],
  advance: (range: Window, previous: Previous | undefined) => RunningAccumulator,
): readonly BsonValue[] {
  let previous: Previous | undefined;
  return bounds(documents).map((range) => {
    const accumulator = advance(range, previous);
    previous = { range, accumulator };
    return copied(accumulator.result());
  });
}

/** A growing accumulator goes on filling the list it gave. */
const copied = (value: BsonValue): BsonValue => (Array.isArray(value) ? [...value] : isDocument(value) ? { ...value } : value);

function windowless(use: FunctionUse): WindowFunction {
  const compiler = WINDOWLESS[use.operator];
  if (compiler === undefined) throw failedToParse(`Unrecognized window function, ${use.operator}`);
  if (use.window !== undefined) throw new CommandError(5371601, `${use.operator} does not accept a 'window' field`);
  return compiler(use);
}

const WINDOWLESS: Readonly<Record<string, (use: FunctionUse) => WindowFunction>> = {
  $documentNumber: (use) => ranking(use, ({ position }) => position + 1),
  $rank: (use) => ranking(use, ({ firstEqual }) => firstEqual + 1),
  $denseRank: (use) => ranking(use, ({ group }) => group + 1),
  $shift: shift,
  $locf: (use) => filling(use, (values) => carriedForward(values)),
  $linearFill: (use) => filling(use, interpolated),
};

interface Place {
  readonly position: number;
  /** Position of the first document with the same sort key. */
  readonly firstEqual: number;
  /** How many different sort keys came before. */
  readonly group: number;
}

function ranking({ operator, operand, sort }: FunctionUse, rank: (place: Place) => number): WindowFunction {
  if (!isDocument(operand) || Object.keys(operand).length > 0)
    throw new CommandError(5371603, `${operator} must be specified with '{}' as the value`);
  if (sort.length !== 1 && !(operator === '$documentNumber' && sort.length > 0))
    throw new CommandError(5371602, `${operator} must be specified with a top level sortBy expression with exactly one element`);
  return ({ keys, order }) => {
    let firstEqual = 0;
    let group = 0;
    return keys.map((entry, position) => {
      const before = keys[position - 1];
      if (before !== undefined && order.compare(before, entry) !== 0) {
        firstEqual = position;
        group += 1;
      }
      return new Int32(rank({ position, firstEqual, group }));
    });
  };
}

function shift({ operand, sort, environment }: FunctionUse): WindowFunction {
  if (!isDocument(operand)) throw failedToParse('Argument to $shift must be an object');
  const unknown = Object.keys(operand).find((name) => !['by', 'output', 'default'].includes(name));
  if (unknown !== undefined) throw failedToParse(`Unknown argument in $shift: ${unknown}`);
  if (sort.length === 0) throw failedToParse("'$shift' requires a sortBy");
  if (!Object.hasOwn(operand, 'output') || !Object.hasOwn(operand, 'by'))
    throw failedToParse("$shift requires 'output' and 'by'");
  const by = int32Of(operand['by']);
  if (by === undefined) throw failedToParse("'$shift:by' field must be an integer");
  const { variables } = environment;
  const output = compileExpression(operand['output'], environment);
  const fallback = compileExpression(operand['default'] ?? null, environment)({ root: {}, variables }) ?? null;
  return ({ documents }) =>
    documents.map((_, position) => {
      const root = documents[position + by];
      return root === undefined ? fallback : (output({ root, variables }) ?? null);
    });
}

/** `$locf` and `$linearFill`: what stands for null and missing values. */
function filling(
  { operator, operand, sort, environment }: FunctionUse,
  fill: (values: readonly BsonValue[], places: readonly BsonValue[]) => readonly BsonValue[],
): WindowFunction {
  const [only, ...others] = sort;
  if (operator === '$linearFill' && (only === undefined || others.length > 0))
    throw new CommandError(605001, '$linearFill must be specified with a top level sortBy expression with exactly one element');
  const expression = compileExpression(operand, environment);
  const { variables } = environment;
  return ({ documents }) => {
    const values = documents.map((root) => expression({ root, variables }));
    return fill(values, only === undefined ? [] : documents.map((document) => readPath(document, only.path)));
  };
}

function carriedForward(values: readonly BsonValue[]): readonly BsonValue[] {
  let last: BsonValue = null;
  return values.map((value) => {
    if (!isNullish(value)) last = value;
    return last;
  });
}

/** Missing values between two known ones lie on the line between them, by the field of `sortBy`. */
function interpolated(values: readonly BsonValue[], places: readonly BsonValue[]): readonly BsonValue[] {
  const result = values.map((value) => value ?? null);
  let known: number | undefined;
  for (const [position, value] of values.entries()) {
    if (isNullish(value)) continue;
    const to = numberOf(value, 605002, 'the value to be filled');
    if (known !== undefined) {
      const from = numberOf(values[known], 605002, 'the value to be filled');
      const [left, right] = [placeOf(places[known]), placeOf(places[position])];
      for (let gap = known + 1; gap < position; gap += 1)
        result[gap] = new Double(from + ((to - from) * (placeOf(places[gap]) - left)) / (right - left));
    }
    known = position;
  }
  return result;
}

const placeOf = (value: BsonValue): number =>
  value instanceof Date ? value.getTime() : numberOf(value, 605003, 'the sortBy field');

function numberOf(value: BsonValue, code: number, what: string): number {
  if (isNumber(value)) return toDouble(value);
  throw new CommandError(code, `$linearFill: ${what} must be numeric`);
}
