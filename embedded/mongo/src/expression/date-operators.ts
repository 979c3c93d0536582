import { Int32, Long, Timestamp } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeName, isDocument, isNullish, type BsonValue } from '../values/bson-value.ts';
import { dayOfYear, isoWeek, isoWeekday, weekday, weekOfYear } from './calendar.ts';
import { instantOf, zoneReader, type ZoneReader } from './date-arguments.ts';
import type { Expression, ExpressionContext, OperatorCompiler, OperatorTable } from './expression.ts';
import { namedArguments, optionalArgument, unaryOperator } from './operands.ts';
import type { LocalTime } from './time-zone.ts';

/** `$year` and its kin, as an expression or as `{ date, timezone }`. */
function datePart(operator: string, read: (local: LocalTime) => BsonValue): OperatorCompiler {
  return (operand, context) => {
    const { date, zone } = dateAndZone(operator, operand, context);
    return (scope) => {
      const value = date(scope);
      if (isNullish(value)) return null;
      const timeZone = zone(scope);
      return timeZone === null ? null : read(timeZone.toLocal(instantOf(value)));
    };
  };
}

function dateAndZone(operator: string, operand: BsonValue, context: ExpressionContext): { date: Expression; zone: ZoneReader } {
  if (Array.isArray(operand)) {
    if (operand.length !== 1)
      throw new CommandError(
        40536,
        `${operator} accepts exactly one argument if given an array, but was given ${operand.length}`,
      );
    return { date: context.compile(operand[0]), zone: zoneReader(undefined) };
  }
  const isPlain = !isDocument(operand) || Object.keys(operand)[0]?.startsWith('$') === true;
  if (isPlain) return { date: context.compile(operand), zone: zoneReader(undefined) };
  const codes = { notObject: 40535, unknown: 40535, missing: 40539 };
  const named = namedArguments(operator, operand, { required: ['date'], optional: ['timezone'], codes });
  return { date: context.compile(named['date']), zone: zoneReader(optionalArgument(named, 'timezone', context)) };
}

function timestampPart(operator: string, code: number, read: (value: Timestamp) => number): OperatorCompiler {
  return unaryOperator(operator, (value) => {
    if (isNullish(value)) return null;
    if (value instanceof Timestamp) return Long.fromNumber(read(value));
    throw new CommandError(code, ` Argument to ${operator} must be a timestamp, but is ${bsonTypeName(value)}`);
  });
}

export const dateOperators: OperatorTable = {
  $year: datePart('$year', (local) => new Int32(local.year)),
  $month: datePart('$month', (local) => new Int32(local.month)),
  $dayOfMonth: datePart('$dayOfMonth', (local) => new Int32(local.day)),
  $hour: datePart('$hour', (local) => new Int32(local.hour)),
  $minute: datePart('$minute', (local) => new Int32(local.minute)),
  $second: datePart('$second', (local) => new Int32(local.second)),
  $millisecond: datePart('$millisecond', (local) => new Int32(local.millisecond)),
  $dayOfWeek: datePart('$dayOfWeek', (local) => new Int32(weekday(local) + 1)),
  $dayOfYear: datePart('$dayOfYear', (local) => new Int32(dayOfYear(local))),
  $week: datePart('$week', (local) => new Int32(weekOfYear(local))),
  $isoDayOfWeek: datePart('$isoDayOfWeek', (local) => new Int32(isoWeekday(local))),
  $isoWeek: datePart('$isoWeek', (local) => new Int32(isoWeek(local).week)),
  $isoWeekYear: datePart('$isoWeekYear', (local) => Long.fromNumber(isoWeek(local).year)),
  $tsSecond: timestampPart('$tsSecond', 5687301, (value) => value.t),
  $tsIncrement: timestampPart('$tsIncrement', 5687302, (value) => value.i),
};
