import { Long } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeName, isNullish, type BsonValue } from '../values/bson-value.ts';
import { addTime, countBoundaries, truncateTime } from './date-arithmetic.ts';
import { instantOf, parseTimeUnit, parseWeekday, zoneReader } from './date-arguments.ts';
import type { OperatorCompiler, OperatorTable, Scope } from './expression.ts';
import { int64Of } from './number-argument.ts';
import { namedArguments, optionalArgument } from './operands.ts';

const LEAST_LONG = -(2n ** 63n);
const SUNDAY = 0;

/** `$dateAdd` and `$dateSubtract`. */
function shiftOperator(operator: string, sign: 1 | -1): OperatorCompiler {
  return (operand, context) => {
    const codes = { notObject: 5166400, unknown: 5166401, missing: 5166402 };
    const required = ['startDate', 'unit', 'amount'];
    const named = namedArguments(operator, operand, { required, optional: ['timezone'], codes });
    const [startDate, unit, amount] = [named['startDate'], named['unit'], named['amount']].map((item) => context.compile(item));
    const zone = zoneReader(optionalArgument(named, 'timezone', context));
    return (scope) => {
      const [start, unitName, count] = [startDate?.(scope), unit?.(scope), amount?.(scope)];
      if (isNullish(start) || isNullish(unitName)) return null;
      const timeUnit = parseTimeUnit(operator, unitName);
      const timeZone = isNullish(count) ? null : zone(scope);
      if (timeZone === null) return null;
      const instant = instantOf(start, 5166403, `${operator} requires startDate to be convertible to a date, but got`);
      const units = int64Of(count);
      if (units === undefined) throw new CommandError(5166405, `${operator} expects integer amount of time units`);
      if (sign === -1 && units === LEAST_LONG)
        throw new CommandError(6045000, `invalid $dateSubtract 'amount' parameter value: ${units}`);
      return addTime(instant, timeUnit, sign * Number(units), timeZone);
    };
  };
}

const dateDiff: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 5166301, unknown: 5166302, missing: { startDate: 5166303, endDate: 5166304, unit: 5166305 } };
  const required = ['startDate', 'endDate', 'unit'];
  const named = namedArguments('$dateDiff', operand, { required, optional: ['timezone', 'startOfWeek'], codes });
  const startDate = context.compile(named['startDate']);
  const endDate = context.compile(named['endDate']);
  const unit = context.compile(named['unit']);
  const zone = zoneReader(optionalArgument(named, 'timezone', context));
  const startOfWeek = optionalArgument(named, 'startOfWeek', context);
  return (scope) => {
    const [start, end, unitName] = [startDate(scope), endDate(scope), unit(scope)];
    if (isNullish(start) || isNullish(end) || isNullish(unitName)) return null;
    const timeUnit = parseTimeUnit('$dateDiff', unitName);
    const firstDay = timeUnit === 'week' ? weekStart('$dateDiff', startOfWeek, scope) : SUNDAY;
    const timeZone = zone(scope);
    if (timeZone === null || firstDay === null) return null;
    const [from, to] = [dateArgument('$dateDiff', 'startDate', start), dateArgument('$dateDiff', 'endDate', end)];
    return Long.fromNumber(countBoundaries(from, to, timeUnit, timeZone, firstDay));
  };
};

const dateArgument = (operator: string, name: string, value: BsonValue): number =>
  instantOf(value, 5166307, `${operator} requires '${name}' to be a date, but got`);

/** The first day of the week, Sunday without one; null for null. */
function weekStart(operator: string, expression: ((scope: Scope) => BsonValue) | undefined, scope: Scope): number | null {
  if (expression === undefined) return SUNDAY;
  const value = expression(scope);
  return isNullish(value) ? null : parseWeekday(operator, value);
}

const dateTrunc: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 5439007, unknown: 5439008, missing: { date: 5439009, unit: 5439010 } };
  const optional = ['binSize', 'timezone', 'startOfWeek'];
  const named = namedArguments('$dateTrunc', operand, { required: ['date', 'unit'], optional, codes });
  const date = context.compile(named['date']);
  const unit = context.compile(named['unit']);
  const binSize = optionalArgument(named, 'binSize', context);
  const zone = zoneReader(optionalArgument(named, 'timezone', context));
  const startOfWeek = optionalArgument(named, 'startOfWeek', context);
  return (scope) => {
    const value = date(scope);
    const sizeValue = binSize === undefined ? Long.ONE : binSize(scope);
    if (isNullish(value) || isNullish(sizeValue)) return null;
    const size = parseBinSize(sizeValue);
    const unitName = unit(scope);
    if (isNullish(unitName)) return null;
    const timeUnit = parseTimeUnit('$dateTrunc', unitName);
    const firstDay = timeUnit === 'week' ? weekStart('$dateTrunc', startOfWeek, scope) : SUNDAY;
    const timeZone = zone(scope);
    if (timeZone === null || firstDay === null) return null;
    return truncateTime(dateArgument('$dateTrunc', 'date', value), {
      unit: timeUnit,
      size,
      zone: timeZone,
      startOfWeek: firstDay,
    });
  };
};

const LARGEST_BIN = 100_000_000_000n;

function parseBinSize(value: BsonValue): number {
  const size = int64Of(value);
  if (size === undefined)
    throw new CommandError(5439017, `$dateTrunc requires 'binSize' to be a 64-bit integer, but got ${bsonTypeName(value)}`);
  if (size <= 0n) throw new CommandError(5439018, `$dateTrunc requires 'binSize' to be greater than 0, but got value ${size}`);
  if (size > LARGEST_BIN) throw new CommandError(5439006, 'dateTrunc unsupported binSize value');
  return Number(size);
}

export const dateArithmeticOperators: OperatorTable = {
  $dateAdd: shiftOperator('$dateAdd', 1),
  $dateSubtract: shiftOperator('$dateSubtract', -1),
  $dateDiff: dateDiff,
  $dateTrunc: dateTrunc,
};
