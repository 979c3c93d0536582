import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeName, isNullish, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { DAY_MS, dayNumber, dayNumberOfIsoWeek, isoWeek, isoWeekday } from './calendar.ts';
import { instantOf, zoneReader } from './date-arguments.ts';
import type { Expression, OperatorCompiler, OperatorTable, Scope } from './expression.ts';
import { int64Of } from './number-argument.ts';
import { namedArguments, optionalArgument } from './operands.ts';

const TIME_PARTS = ['hour', 'minute', 'second', 'millisecond'];
const CALENDAR_PARTS = ['year', 'month', 'day'];
const ISO_PARTS = ['isoWeekYear', 'isoWeek', 'isoDayOfWeek'];
/** Parts that MongoDB limits to 16 bits. */
const NARROW_PARTS = new Set(['month', 'day', 'isoWeek', 'isoDayOfWeek', 'hour', 'minute']);

const dateFromParts: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 40519, unknown: 40518, missing: 40516 };
  const optional = [...CALENDAR_PARTS, ...ISO_PARTS, ...TIME_PARTS, 'timezone'];
  const named = namedArguments('$dateFromParts', operand, { required: [], optional, codes });
  const dateParts = datePartNames(named);
  const parts = new Map<string, Expression>();
  for (const name of [...dateParts, ...TIME_PARTS]) {
    const expression = optionalArgument(named, name, context);
    if (expression !== undefined) parts.set(name, expression);
  }
  const zone = zoneReader(optionalArgument(named, 'timezone', context));
  return (scope) => {
    const time = TIME_PARTS.map((name) => readPart(name, parts.get(name), 0, scope));
    const timeZone = zone(scope);
    const date = dateParts.map((name) => readPart(name, parts.get(name), 1, scope));
    if (timeZone === null || [...time, ...date].includes(null)) return null;
    const [year = 0, second = 1, third = 1] = date.map(Number);
    assertYear(dateParts[0] ?? '', year);
    const day = dateParts === ISO_PARTS ? dayNumberOfIsoWeek(year, second, third) : dayNumber(year, second, third);
    const [hour = 0, minute = 0, seconds = 0, millisecond = 0] = time.map(Number);
    const wall = day * DAY_MS + hour * 3_600_000 + minute * 60_000 + seconds * 1000 + millisecond;
    return new Date(timeZone.instantOf(wall));
  };
};

function datePartNames(named: BsonDocument): readonly string[] {
  const has = (name: string): boolean => Object.hasOwn(named, name);
  if (!has('year') && !has('isoWeekYear'))
    throw new CommandError(40516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present");
  if (has('year') && ISO_PARTS.some(has))
    throw new CommandError(40489, '$dateFromParts does not allow mixing natural dates with ISO dates');
  if (has('isoWeekYear') && CALENDAR_PARTS.some(has))
    throw new CommandError(40525, '$dateFromParts does not allow mixing ISO dates with natural dates');
  return has('year') ? CALENDAR_PARTS : ISO_PARTS;
}

function readPart(name: string, expression: Expression | undefined, fallback: number, scope: Scope): number | null {
  if (expression === undefined) return fallback;
  const value = expression(scope);
  if (isNullish(value)) return null;
  const integer = int64Of(value);
  if (integer === undefined) throw new CommandError(40515, `'${name}' must evaluate to an integer, found ${bsonTypeName(value)}`);
  if (NARROW_PARTS.has(name) && BigInt.asIntN(16, integer) !== integer)
    throw new CommandError(
      31034,
      `'${name}' must evaluate to a value in the range [-32768, 32767]; value ${integer} is not in range`,
    );
  return Number(integer);
}

function assertYear(name: string, year: number): void {
  if (year >= 1 && year <= 9999) return;
  const code = name === 'year' ? 40523 : 31095;
  throw new CommandError(code, `'${name}' must evaluate to an integer in the range 1 to 9999, found ${year}`);
}

const dateToParts: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 40524, unknown: 40520, missing: 40522 };
  const named = namedArguments('$dateToParts', operand, { required: ['date'], optional: ['timezone', 'iso8601'], codes });
  const date = context.compile(named['date']);
  const zone = zoneReader(optionalArgument(named, 'timezone', context));
  const iso = optionalArgument(named, 'iso8601', context);
  return (scope) => {
    const timeZone = zone(scope);
    const isIso = iso === undefined ? false : iso(scope);
    if (timeZone === null || isNullish(isIso)) return null;
    if (typeof isIso !== 'boolean')
      throw new CommandError(40521, `iso8601 must evaluate to a bool, found ${bsonTypeName(isIso)}`);
    const value: BsonValue = date(scope);
    if (isNullish(value)) return null;
    const local = timeZone.toLocal(instantOf(value));
    const { hour, minute, second, millisecond } = local;
    const week = isoWeek(local);
    const parts = isIso
      ? { isoWeekYear: week.year, isoWeek: week.week, isoDayOfWeek: isoWeekday(local) }
      : { year: local.year, month: local.month, day: local.day };
    return asInts({ ...parts, hour, minute, second, millisecond });
  };
};

const asInts = (parts: Readonly<Record<string, number>>): BsonDocument =>
  Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, new Int32(value)]));

export const datePartsOperators: OperatorTable = { $dateFromParts: dateFromParts, $dateToParts: dateToParts };
