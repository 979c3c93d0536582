import { CommandError, failedToParse } from '../command-error.ts';
import { addTime } from '../expression/date-arithmetic.ts';
import { parseTimeUnit, type TimeUnit } from '../expression/date-arguments.ts';
import { sumOf } from '../expression/arithmetic-operators.ts';
import { int32Of } from '../expression/number-argument.ts';
import { UTC } from '../expression/time-zone.ts';
import { bsonTypeName, isDocument, isNumber, type BsonDocument, type BsonNumber, type BsonValue } from '../values/bson-value.ts';
import { compareValues } from '../values/compare.ts';
import { toDouble } from '../values/numeric.ts';
import { readPath, type SortField } from '../values/path.ts';

/** First and last position of a document's window; empty when last is before first. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

/** The windows of all documents of a sorted partition. */
export type WindowBounds = (documents: readonly BsonDocument[]) => readonly Window[];

/** The whole partition, which is the window of a function without one. */
const wholePartition: WindowBounds = (documents) => documents.map(() => ({ first: 0, last: documents.length - 1 }));

/** Compiles `window: { documents: [...] }` or `{ range: [...], unit }`. */
export function compileBounds(window: BsonValue, sort: readonly SortField[]): WindowBounds {
  if (window === undefined) return wholePartition;
  if (!isDocument(window)) throw failedToParse("'window' field must be an object");
  const unknown = Object.keys(window).find((name) => !['documents', 'range', 'unit'].includes(name));
  if (unknown !== undefined) throw failedToParse(`'window' field that is not 'documents', 'range' or 'unit': ${unknown}`);
  const { documents, range, unit } = window;
  if (documents !== undefined && range !== undefined)
    throw failedToParse("Window bounds can specify either 'documents' or 'range', not both.");
  if (range !== undefined) return rangeBounds(range, unit, sort);
  if (unit !== undefined) throw failedToParse("Window bounds can only specify 'unit' with range-based bounds.");
  return documents === undefined ? wholePartition : documentBounds(documents, sort);
}

type Bound<T> = 'unbounded' | 'current' | T;

function pairOf(bounds: BsonValue, name: string): readonly [BsonValue, BsonValue] {
  const [low, high, ...others] = Array.isArray(bounds) ? bounds : [];
  if (!Array.isArray(bounds) || bounds.length < 2 || others.length > 0)
    throw failedToParse(`Window bounds must be a 2-element array: ${name}`);
  return [low, high];
}

function documentBounds(bounds: BsonValue, sort: readonly SortField[]): WindowBounds {
  const [low, high] = pairOf(bounds, 'documents').map(documentBound);
  if (low === undefined || high === undefined) throw failedToParse('Window bounds must be a 2-element array: documents');
  const isBounded = low !== 'unbounded' || high !== 'unbounded';
  if (isBounded && sort.length === 0) throw new CommandError(5339901, 'Document-based bounds require a sortBy');
  const offset = (bound: Bound<number>): number => (bound === 'current' || bound === 'unbounded' ? 0 : bound);
  if (low !== 'unbounded' && high !== 'unbounded' && offset(low) > offset(high))
    throw new CommandError(5339900, 'Lower bound must not exceed upper bound');
  return (documents) =>
    documents.map((_, position) => ({
      first: low === 'unbounded' ? 0 : Math.max(0, position + offset(low)),
      last: high === 'unbounded' ? documents.length - 1 : Math.min(documents.length - 1, position + offset(high)),
    }));
}

function documentBound(bound: BsonValue): Bound<number> {
  if (bound === 'unbounded' || bound === 'current') return bound;
  const offset = int32Of(bound);
  if (offset === undefined) throw failedToParse(`Numeric document-based bounds must be an integer: ${bsonTypeName(bound)}`);
  return offset;
}

function rangeBounds(bounds: BsonValue, unit: BsonValue, sort: readonly SortField[]): WindowBounds {
  const [only, ...others] = sort;
  if (only === undefined || others.length > 0 || only.direction !== 1)
    throw new CommandError(5339902, 'Range-based bounds require a sortBy a single field, ascending');
  const [low, high] = pairOf(bounds, 'range').map(rangeBound);
  if (low === undefined || high === undefined) throw failedToParse('Window bounds must be a 2-element array: range');
  const timeUnit = unit === undefined ? undefined : parseTimeUnit('$setWindowFields', unit);
  return (documents) => {
    const values = documents.map((document) => readPath(document, only.path));
    return values.map((value) => ({
      first: low === 'unbounded' ? 0 : firstFrom(values, limitOf(value, low, timeUnit)),
      last: high === 'unbounded' ? values.length - 1 : firstAfter(values, limitOf(value, high, timeUnit)) - 1,
    }));
  };
}

function rangeBound(bound: BsonValue): Bound<BsonNumber> {
  if (bound === 'unbounded' || bound === 'current') return bound;
  if (!isNumber(bound)) throw failedToParse(`Range-based bounds expression must be a number: ${bsonTypeName(bound)}`);
  return bound;
}

function limitOf(value: BsonValue, bound: BsonNumber | 'current', unit: TimeUnit | undefined): BsonValue {
  if (unit === undefined) {
    if (!isNumber(value))
      throw new CommandError(
        5429414,
        `Invalid range: Expected the sortBy field to be a number, but it was ${bsonTypeName(value)}`,
      );
    return bound === 'current' ? value : sumOf(value, bound);
  }
  if (!(value instanceof Date))
    throw new CommandError(5429513, `Invalid range: Expected the sortBy field to be a Date, but it was ${bsonTypeName(value)}`);
  return bound === 'current' ? value : addTime(value.getTime(), unit, toDouble(bound), UTC);
}

const firstFrom = (values: readonly BsonValue[], limit: BsonValue): number => {
  const position = values.findIndex((value) => compareValues(value, limit) >= 0);
  return position < 0 ? values.length : position;
};

const firstAfter = (values: readonly BsonValue[], limit: BsonValue): number => {
  const position = values.findIndex((value) => compareValues(value, limit) > 0);
  return position < 0 ? values.length : position;
};
