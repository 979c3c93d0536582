import { ObjectId, Timestamp } from 'bson';
import { CommandError, failedToParse } from '../command-error.ts';
import { bsonTypeName, isNullish, type BsonValue } from '../values/bson-value.ts';
import type { Expression, Scope } from './expression.ts';
import { parseTimeZone, UTC, type TimeZone } from './time-zone.ts';

/** Reads the time zone of an operator: UTC without one, null for null. */
export type ZoneReader = (scope: Scope) => TimeZone | null;

export function zoneReader(expression: Expression | undefined): ZoneReader {
  if (expression === undefined) return () => UTC;
  return (scope) => {
    const name = expression(scope);
    if (isNullish(name)) return null;
    if (typeof name !== 'string')
      throw new CommandError(40517, `timezone must evaluate to a string, found ${bsonTypeName(name)}`);
    return parseTimeZone(name);
  };
}

/** The instant of a date, a timestamp or an ObjectId; undefined for anything else. */
function dateValueOf(value: BsonValue): number | undefined {
  if (value instanceof Date) return value.getTime();
  if (value instanceof ObjectId) return value.getTimestamp().getTime();
  if (value instanceof Timestamp) return value.t * 1000;
  return undefined;
}

/** The instant of a value that has to be a date, else error 16006. */
export function instantOf(value: BsonValue, code = 16006, message = "can't convert from BSON type"): number {
  const instant = dateValueOf(value);
  if (instant === undefined) throw new CommandError(code, `${message} ${bsonTypeName(value)} to Date`);
  return instant;
}

export const TIME_UNITS = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Length of the units that are the same on every clock. */
export const FIXED_UNIT_MS: Partial<Record<TimeUnit, number>> = { hour: 3_600_000, minute: 60_000, second: 1000, millisecond: 1 };

export function parseTimeUnit(operator: string, value: BsonValue): TimeUnit {
  if (typeof value !== 'string')
    throw new CommandError(5439013, `${operator} requires 'unit' to be a string, but got ${bsonTypeName(value)}`);
  const unit = TIME_UNITS.find((name) => name === value);
  if (unit === undefined)
    throw failedToParse(`${operator} parameter 'unit' value parsing failed :: caused by :: unknown time unit value: ${value}`);
  return unit;
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** 0 for Sunday to 6 for Saturday, from a name or its first three letters. */
export function parseWeekday(operator: string, value: BsonValue): number {
  if (typeof value !== 'string')
    throw new CommandError(5439015, `${operator} requires 'startOfWeek' to be a string, but got ${bsonTypeName(value)}`);
  const lower = value.toLowerCase();
  const index = WEEKDAYS.findIndex((name) => name === lower || name.slice(0, 3) === lower);
  if (index < 0)
    throw new CommandError(
      5439016,
      `${operator} parameter 'startOfWeek' value cannot be recognized as a day of a week: ${value}`,
    );
  return index;
}
