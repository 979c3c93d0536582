import { CommandError, typeMismatch } from '../command-error.ts';
import { sumOf } from '../expression/arithmetic-operators.ts';
import { addTime } from '../expression/date-arithmetic.ts';
import { parseTimeUnit, type TimeUnit } from '../expression/date-arguments.ts';
import { UTC } from '../expression/time-zone.ts';
import { pathParts } from '../expression/field-path.ts';
import {
  bsonTypeName,
  isDocument,
  isNullish,
  isNumber,
  type BsonDocument,
  type BsonNumber,
  type BsonValue,
} from '../values/bson-value.ts';
import { compareValues } from '../values/compare.ts';
import { toDouble } from '../values/numeric.ts';
import { readPath } from '../values/path.ts';
import { withField } from './field-stages.ts';
import { partitionsOf } from './set-window-fields-stage.ts';
import type { StageCompiler } from './stage.ts';

/** MongoDB's limit for the documents one stage makes. */
const MOST_DOCUMENTS = 500_000;

interface Densify {
  readonly field: string;
  readonly partitionBy: readonly string[];
  readonly step: BsonNumber;
  /** For dates. */
  readonly unit: TimeUnit | undefined;
  readonly bounds: 'full' | 'partition' | readonly [BsonValue, BsonValue];
}

/** `$densify`: makes documents where values are missing in a sequence of numbers or dates. */
export const densifyStage: StageCompiler = (operand, environment) => {
  const densify = parseDensify(operand);
  const budget = { left: MOST_DOCUMENTS };
  return function* (documents) {
    const all = [...documents];
    // Documents without a value pass unchanged.
    const [absent, present] = splitBy(all, (document) => isNullish(readPath(document, densify.field)));
    yield* absent;
    const sorted = present.sort((a, b) => compareValues(valueOf(a, densify), valueOf(b, densify)));
    const keyOf = (document: BsonDocument): BsonValue => densify.partitionBy.map((path) => readPath(document, path) ?? null);
    const whole = extentOf(sorted, densify);
    for (const partition of partitionsOf(sorted, keyOf, environment)) {
      const extent = densify.bounds === 'partition' ? extentOf(partition, densify) : whole;
      if (extent === undefined) yield* partition;
      else yield* densified(partition, densify, extent, budget);
    }
  };
};

/** From where to where the sequence goes; the end of explicit bounds is outside. */
interface Extent {
  readonly from: BsonValue;
  readonly to: BsonValue;
  readonly isEndIncluded: boolean;
}

function extentOf(sorted: readonly BsonDocument[], densify: Densify): Extent | undefined {
  if (typeof densify.bounds !== 'string') return { from: densify.bounds[0], to: densify.bounds[1], isEndIncluded: false };
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { from: valueOf(first, densify), to: valueOf(last, densify), isEndIncluded: true };
}

function* densified(
  partition: readonly BsonDocument[],
  densify: Densify,
  { from, to, isEndIncluded }: Extent,
  budget: { left: number },
): Generator<BsonDocument> {
  const [sample = {}] = partition;
  let position = 0;
  const isWithin = (value: BsonValue): boolean => compareValues(value, to) < (isEndIncluded ? 1 : 0);
  for (let value = from; isWithin(value); value = next(value, densify)) {
    for (let document = partition[position]; document !== undefined; document = partition[position]) {
      if (compareValues(valueOf(document, densify), value) >= 0) break;
      yield document;
      position += 1;
    }
    const following = partition[position];
    if (following !== undefined && compareValues(valueOf(following, densify), value) === 0) continue;
    budget.left -= 1;
    if (budget.left < 0)
      throw new CommandError(5897900, `Generated ${MOST_DOCUMENTS} documents in $densify, which is over the limit.`);
    yield made(sample, densify, value);
  }
  yield* partition.slice(position);
}

function made(sample: BsonDocument, { field, partitionBy }: Densify, value: BsonValue): BsonDocument {
  let document: BsonDocument = {};
  for (const path of partitionBy) {
    const part = readPath(sample, path);
    if (part !== undefined) document = withField(document, path.split('.'), part);
  }
  return withField(document, field.split('.'), value);
}

function next(value: BsonValue, { step, unit }: Densify): BsonValue {
  if (value instanceof Date && unit !== undefined) return addTime(value.getTime(), unit, toDouble(step), UTC);
  if (isNumber(value)) return sumOf(value, step);
  throw new CommandError(5733201, `Densify field type must be numeric or a date, not ${bsonTypeName(value)}`);
}

function valueOf(document: BsonDocument, { field, unit }: Densify): BsonValue {
  const value = readPath(document, field);
  if (unit === undefined ? isNumber(value) : value instanceof Date) return value;
  throw unit === undefined
    ? new CommandError(5733201, `Densify field type must be numeric or have a unit, not ${bsonTypeName(value)}`)
    : new CommandError(6053600, 'Encountered non-date value in collection when step has a date unit.');
}

function splitBy<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}

function parseDensify(operand: BsonValue): Densify {
  if (!isDocument(operand))
    throw new CommandError(5733400, `The $densify stage specification must be an object, found ${bsonTypeName(operand)}`);
  assertFields('$densify', operand, ['field', 'partitionByFields', 'range'], ['field', 'range']);
  const { field, partitionByFields: partitionBy = [], range } = operand;
  if (typeof field !== 'string') throw typeMismatch("BSON field '$densify.field' is the wrong type, expected type 'string'");
  pathParts(field);
  if (!Array.isArray(partitionBy))
    throw typeMismatch("BSON field '$densify.partitionByFields' is the wrong type, expected type 'array'");
  if (!isDocument(range)) throw typeMismatch("BSON field '$densify.range' is the wrong type, expected type 'object'");
  assertFields('$densify.range', range, ['step', 'unit', 'bounds'], ['step', 'bounds']);
  const { step, unit } = range;
  if (!isNumber(step) || !(toDouble(step) > 0))
    throw new CommandError(5733401, 'the step parameter in a range statement must be a strictly positive numeric value');
  const paths = partitionBy.map((path) => {
    if (typeof path !== 'string') throw typeMismatch("BSON field '$densify.partitionByFields' must hold strings");
    if (path.startsWith('$')) throw new CommandError(8993000, `Field path cannot start with '$': ${path}`);
    return path;
  });
  const timeUnit = unit === undefined ? undefined : parseTimeUnit('$densify', unit);
  return {
    field,
    partitionBy: paths,
    step,
    unit: timeUnit,
    bounds: parseBounds(range['bounds'], timeUnit !== undefined, paths.length > 0),
  };
}

function parseBounds(bounds: BsonValue, isDates: boolean, isPartitioned: boolean): Densify['bounds'] {
  if (bounds === 'full') return bounds;
  if (bounds === 'partition') {
    if (isPartitioned) return bounds;
    throw new CommandError(
      5733408,
      "one may not specify the bounds as 'partition' without specifying a non-empty array of partitionByFields. You may have meant to specify 'full' bounds.",
    );
  }
  if (!Array.isArray(bounds))
    throw new CommandError(
      5946802,
      "the bounds in a range statement must be the string 'full', 'partition', or an ascending array of two numbers or two dates",
    );
  const [low, high] = bounds;
  if (bounds.length !== 2)
    throw new CommandError(5733403, 'a bounding array in a range statement must have exactly two elements');
  const isRight = (value: BsonValue): boolean => (isDates ? value instanceof Date : isNumber(value));
  if (!isRight(low) || !isRight(high))
    throw new CommandError(5733409, 'numeric bounds may not have a unit parameter, and date bounds need one');
  if (compareValues(low, high) > 0)
    throw new CommandError(
      5733402,
      'the bounds in a range statement must be the string full, partition, or an ascending array of two numbers or two dates',
    );
  return [low, high];
}

function assertFields(owner: string, document: BsonDocument, known: readonly string[], required: readonly string[]): void {
  const unknown = Object.keys(document).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new CommandError(40415, `BSON field '${owner}.${unknown}' is an unknown field.`);
  const missing = required.find((name) => !Object.hasOwn(document, name));
  if (missing !== undefined) throw new CommandError(40414, `BSON field '${owner}.${missing}' is missing but a required field`);
}
