import { Int32, ObjectId, Timestamp } from 'bson';
import { CommandError, notSupported } from '../command-error.ts';
import { bsonTypeName, isDocument, isNullish, isNumber, type BsonValue } from '../values/bson-value.ts';
import { toInteger } from '../values/numeric.ts';
import type { Expression, OperatorCompiler, Scope } from './expression.ts';
import { formatDate } from './date-format.ts';
import { truncateLocal, TRUNCATION_UNITS, type TruncationUnit } from './date-truncation.ts';
import { parseTimeZone, type LocalTime, type TimeZone } from './time-zone.ts';

type Compile = (operand: BsonValue) => Expression;

/** `$year` and its kin, as an expression or as `{ date, timezone }`. */
function datePart(operator: string, read: (local: LocalTime) => number): OperatorCompiler {
  return (operand, compile) => {
    const { date, zone } = dateArguments(operator, operand, compile);
    return (scope) => {
      const instant = instantOf(operator, date(scope));
      const timeZone = zone(scope);
      if (instant === null || timeZone === null) return null;
      return new Int32(read(timeZone.toLocal(instant)));
    };
  };
}

function dateArguments(
  operator: string,
  operand: BsonValue,
  compile: Compile,
): { date: Expression; zone: (scope: Scope) => TimeZone | null } {
  const single = Array.isArray(operand) && operand.length === 1 ? operand[0] : operand;
  if (!isDocument(single) || !Object.hasOwn(single, 'date')) return { date: compile(single), zone: zoneReader(undefined) };
  assertFields(operator, single, ['date', 'timezone']);
  return {
    date: compile(single['date']),
    zone: zoneReader(Object.hasOwn(single, 'timezone') ? compile(single['timezone']) : undefined),
  };
}

function zoneReader(expression: Expression | undefined): (scope: Scope) => TimeZone | null {
  const known = new Map<string, TimeZone>();
  return (scope) => {
    const name = expression === undefined ? 'UTC' : expression(scope);
    if (isNullish(name)) return null;
    if (typeof name !== 'string')
      throw new CommandError(40517, `timezone must evaluate to a string, found ${bsonTypeName(name)}`);
    const zone = known.get(name) ?? parseTimeZone(name);
    known.set(name, zone);
    return zone;
  };
}

function instantOf(operator: string, value: BsonValue): number | null {
  if (isNullish(value)) return null;
  if (value instanceof Date) return value.getTime();
  if (value instanceof ObjectId) return value.getTimestamp().getTime();
  if (value instanceof Timestamp) return value.getHighBitsUnsigned() * 1000;
  throw new CommandError(16006, `can't convert from BSON type ${bsonTypeName(value)} to Date in ${operator}`);
}

function assertFields(operator: string, operand: BsonValue, allowed: readonly string[]): void {
  if (!isDocument(operand)) throw new CommandError(18629, `${operator} only supports an object as its argument`);
  for (const name of Object.keys(operand)) {
    if (!allowed.includes(name)) throw new CommandError(18534, `Unrecognized argument to ${operator}: ${name}`);
  }
}

const dateToString: OperatorCompiler = (operand, compile) => {
  assertFields('$dateToString', operand, ['date', 'format', 'timezone', 'onNull']);
  if (!isDocument(operand) || !Object.hasOwn(operand, 'date'))
    throw new CommandError(18628, "Missing 'date' parameter to $dateToString");
  const date = compile(operand['date']);
  const zone = zoneReader(Object.hasOwn(operand, 'timezone') ? compile(operand['timezone']) : undefined);
  const onNull = Object.hasOwn(operand, 'onNull') ? compile(operand['onNull']) : () => null;
  const format = Object.hasOwn(operand, 'format') ? compile(operand['format']) : undefined;
  return (scope) => {
    const instant = instantOf('$dateToString', date(scope));
    if (instant === null) return onNull(scope);
    const timeZone = zone(scope);
    if (timeZone === null) return null;
    const fallback = timeZone.offsetMs(instant) === 0 ? '%Y-%m-%dT%H:%M:%S.%LZ' : '%Y-%m-%dT%H:%M:%S.%L';
    const pattern = format === undefined ? fallback : format(scope);
    if (isNullish(pattern)) return null;
    if (typeof pattern !== 'string') throw new CommandError(18533, '$dateToString requires that the format be a string');
    return formatDate(pattern, timeZone.toLocal(instant), timeZone.offsetMs(instant));
  };
};

const dateTrunc: OperatorCompiler = (operand, compile) => {
  assertFields('$dateTrunc', operand, ['date', 'unit', 'binSize', 'timezone', 'startOfWeek']);
  if (!isDocument(operand)) throw new CommandError(5439007, '$dateTrunc only supports an object as its argument');
  if (Object.hasOwn(operand, 'binSize')) {
    const size = operand['binSize'];
    if (!isNumber(size) || toInteger(size) !== 1n) throw notSupported('$dateTrunc with a binSize other than 1');
  }
  const date = compile(operand['date']);
  const unit = compile(operand['unit']);
  const zone = zoneReader(Object.hasOwn(operand, 'timezone') ? compile(operand['timezone']) : undefined);
  const startOfWeek = compile(operand['startOfWeek'] ?? 'sunday');
  return (scope) => {
    const instant = instantOf('$dateTrunc', date(scope));
    const timeZone = zone(scope);
    const unitName = unit(scope);
    const weekStart = startOfWeek(scope);
    if (instant === null || timeZone === null || isNullish(unitName) || isNullish(weekStart)) return null;
    if (typeof unitName !== 'string' || !isUnit(unitName))
      throw new CommandError(5439014, 'unknown time unit value in $dateTrunc');
    return new Date(truncateLocal(instant, unitName, timeZone, typeof weekStart === 'string' ? weekStart : ''));
  };
};

const isUnit = (name: string): name is TruncationUnit => TRUNCATION_UNITS.some((unit) => unit === name);

export const dateOperators: Readonly<Record<string, OperatorCompiler>> = {
  $dateToString: dateToString,
  $dateTrunc: dateTrunc,
  $year: datePart('$year', (local) => local.year),
  $month: datePart('$month', (local) => local.month),
  $dayOfMonth: datePart('$dayOfMonth', (local) => local.day),
  $hour: datePart('$hour', (local) => local.hour),
  $minute: datePart('$minute', (local) => local.minute),
  $second: datePart('$second', (local) => local.second),
  $millisecond: datePart('$millisecond', (local) => local.millisecond),
  $dayOfWeek: datePart('$dayOfWeek', (local) => new Date(Date.UTC(local.year, local.month - 1, local.day)).getUTCDay() + 1),
};
