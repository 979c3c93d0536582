import { Double } from 'bson';
import { CommandError, failedToParse } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import type { Expression } from '../expression/expression.ts';
import { int64Of } from '../expression/number-argument.ts';
import { bsonTypeName, isDocument, isNullish, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';
import { readPath } from '../values/path.ts';
import type { FunctionUse, WindowFunction } from './window-function.ts';
import { compileBounds } from './window-bounds.ts';

/** Lengths of the units of `$derivative` and `$integral`; longer ones are not always the same. */
const UNIT_MS: Readonly<Record<string, number>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A document's place on the axis of `sortBy` and its value there; undefined where the value is null or missing. */
type PointReader = (document: BsonDocument) => Point | undefined;

function overPoints(use: FunctionUse, compute: (points: readonly Point[]) => BsonValue): WindowFunction {
  const point = pointReader(use);
  const bounds = compileBounds(use.window, use.sort);
  return ({ documents }) => {
    const points = documents.map(point);
    return bounds(documents).map(({ first, last }) =>
      compute(points.slice(first, Math.max(first, last + 1)).filter((item) => item !== undefined)),
    );
  };
}

function pointReader({ operator, operand, sort, environment }: FunctionUse): PointReader {
  const named = isDocument(operand) ? operand : {};
  const unknown = Object.keys(named).find((name) => name !== 'input' && name !== 'unit');
  if (!Object.hasOwn(named, 'input') || unknown !== undefined) throw failedToParse(`${operator} takes 'input' and 'unit'`);
  const [only, ...others] = sort;
  if (only === undefined || others.length > 0) throw failedToParse(`${operator} requires a sortBy with exactly one element`);
  const { unit } = named;
  if (unit !== undefined && !(typeof unit === 'string' && Object.hasOwn(UNIT_MS, unit)))
    throw new CommandError(5490704, 'unit must be week or smaller');
  const unitMs = typeof unit === 'string' ? UNIT_MS[unit] : undefined;
  const input = compileExpression(named['input'], environment);
  const { variables } = environment;
  return (root) => {
    const y = input({ root, variables });
    if (isNullish(y)) return undefined;
    if (!isNumber(y))
      throw new CommandError(5423900, `The input value of ${operator} must be a number, but was ${bsonTypeName(y)}`);
    return { x: placeOf(operator, readPath(root, only.path), unitMs), y: toDouble(y) };
  };
}

function placeOf(operator: string, value: BsonValue, unitMs: number | undefined): number {
  if (value instanceof Date) {
    if (unitMs === undefined) throw new CommandError(5624901, `${operator} where the sortBy is a Date requires a 'unit'`);
    return value.getTime() / unitMs;
  }
  if (!isNumber(value))
    throw new CommandError(5624902, `${operator} requires the sortBy to be numeric or a Date, not ${bsonTypeName(value)}`);
  if (unitMs !== undefined) throw new CommandError(5624900, `${operator} with a 'unit' expects the sortBy field to be a Date`);
  return toDouble(value);
}

/** `$derivative`: the slope from the first to the last document of the window; null where there is no way between them. */
export function derivative(use: FunctionUse): WindowFunction {
  if (use.window === undefined) throw failedToParse('$derivative requires explicit window bounds');
  return overPoints(use, (points) => {
    const [first] = points;
    const last = points.at(-1);
    if (first === undefined || last === undefined || first.x === last.x) return null;
    return new Double((last.y - first.y) / (last.x - first.x));
  });
}

/** `$integral`: the area below the values, by trapezoids. */
export function integral(use: FunctionUse): WindowFunction {
  return overPoints(use, (points) => {
    if (points.length === 0) return null;
    const area = points.reduce((sum, { x, y }, position) => {
      const before = points[position - 1];
      return before === undefined ? sum : sum + ((y + before.y) / 2) * (x - before.x);
    }, 0);
    return new Double(area);
  });
}

/** `$covariancePop` and `$covarianceSamp` of two expressions; pairs that are not both numbers are passed over. */
export function covariance({ operator, operand, window, sort, environment }: FunctionUse): WindowFunction {
  const [left, right, ...others] = Array.isArray(operand) ? operand : [];
  if (left === undefined || right === undefined || others.length > 0)
    throw failedToParse(`${operator} takes an array of two expressions`);
  const readers: readonly Expression[] = [left, right].map((item) => compileExpression(item, environment));
  const bounds = compileBounds(window, sort);
  const { variables } = environment;
  return ({ documents }) => {
    const pairs = documents.map((root): Point | undefined => {
      const [x, y] = readers.map((read) => read({ root, variables }));
      return isNumber(x) && isNumber(y) ? { x: toDouble(x), y: toDouble(y) } : undefined;
    });
    return bounds(documents).map(({ first, last }) => {
      const points = pairs.slice(first, Math.max(first, last + 1)).filter((pair) => pair !== undefined);
      return covarianceOf(points, operator === '$covarianceSamp' ? points.length - 1 : points.length);
    });
  };
}

function covarianceOf(points: readonly Point[], divisor: number): BsonValue {
  if (divisor <= 0) return null;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  return new Double(points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / divisor);
}

/** `$expMovingAvg`: each value weighs `alpha`, the average so far the rest. */
export function expMovingAvg({ operand, sort, window, environment }: FunctionUse): WindowFunction {
  if (window !== undefined) throw failedToParse("$expMovingAvg does not accept a 'window' field");
  if (sort.length === 0) throw failedToParse('$expMovingAvg requires an explicit sortBy');
  const named = isDocument(operand) ? operand : {};
  const names = Object.keys(named);
  if (names.length !== 2 || !Object.hasOwn(named, 'input') || !(Object.hasOwn(named, 'N') || Object.hasOwn(named, 'alpha')))
    throw failedToParse("$expMovingAvg takes 'input' and either 'N' or 'alpha'");
  const alpha = parseWeight(named);
  const input = compileExpression(named['input'], environment);
  const { variables } = environment;
  return ({ documents }) => {
    let average: number | undefined;
    return documents.map((root) => {
      const value = input({ root, variables });
      if (isNumber(value)) average = average === undefined ? toDouble(value) : alpha * toDouble(value) + (1 - alpha) * average;
      return average === undefined ? null : new Double(average);
    });
  };
}

function parseWeight({ N: count, alpha }: BsonDocument): number {
  if (count !== undefined) {
    const documents = int64Of(count);
    if (documents === undefined || documents <= 0n) throw failedToParse("'N' must be a positive integer");
    return 2 / (Number(documents) + 1);
  }
  const weight = isNumber(alpha) ? toDouble(alpha) : NaN;
  if (!(weight > 0 && weight < 1)) throw failedToParse("'alpha' must be between 0 and 1 (exclusive)");
  return weight;
}
