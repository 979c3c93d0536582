import { CommandError } from '../command-error.ts';
import { bsonTypeName, isNullish } from '../values/bson-value.ts';
import { instantOf, zoneReader } from './date-arguments.ts';
import { compileFormat } from './date-format.ts';
import { compileDateFormat, parseDateText } from './date-parsing.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { namedArguments, optionalArgument } from './operands.ts';

const ISO_FORMAT = '%Y-%m-%dT%H:%M:%S.%L';

/** Keeps what was made of a format, which is the same for all documents as a rule. */
function remembering<T>(make: (text: string) => T): (text: string) => T {
  let known: { readonly text: string; readonly made: T } | undefined;
  return (text) => {
    if (known?.text !== text) known = { text, made: make(text) };
    return known.made;
  };
}

const dateToString: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 18629, unknown: 18534, missing: 18628 };
  const optional = ['format', 'timezone', 'onNull'];
  const named = namedArguments('$dateToString', operand, { required: ['date'], optional, codes });
  const date = context.compile(named['date']);
  const format = optionalArgument(named, 'format', context);
  const zone = zoneReader(optionalArgument(named, 'timezone', context));
  const onNull = optionalArgument(named, 'onNull', context);
  const formatter = remembering(compileFormat);
  return (scope) => {
    const pattern = format?.(scope);
    if (!isNullish(pattern) && typeof pattern !== 'string')
      throw new CommandError(18533, `$dateToString requires that 'format' be a string, found: ${bsonTypeName(pattern)}`);
    const chosen = isNullish(pattern) ? undefined : formatter(pattern);
    const timeZone = zone(scope);
    const value = date(scope);
    if (isNullish(value)) return onNull === undefined ? null : onNull(scope);
    if (timeZone === null || (format !== undefined && chosen === undefined)) return null;
    const instant = instantOf(value);
    const write = chosen ?? formatter(timeZone.isUtc ? `${ISO_FORMAT}Z` : ISO_FORMAT);
    return write(timeZone.toLocal(instant), timeZone.offsetMs(instant));
  };
};

const CONVERSION_FAILURE = 241;

const dateFromString: OperatorCompiler = (operand, context) => {
  const codes = { notObject: 40540, unknown: 40541, missing: 40542 };
  const optional = ['format', 'timezone', 'onNull', 'onError'];
  const named = namedArguments('$dateFromString', operand, { required: ['dateString'], optional, codes });
  const dateString = context.compile(named['dateString']);
  const format = optionalArgument(named, 'format', context);
  const zone = zoneReader(optionalArgument(named, 'timezone', context));
  const onNull = optionalArgument(named, 'onNull', context);
  const onError = optionalArgument(named, 'onError', context);
  const parser = remembering(compileDateFormat);
  return (scope) => {
    const text = dateString(scope);
    const pattern = format?.(scope);
    if (!isNullish(pattern) && typeof pattern !== 'string')
      throw new CommandError(40684, `$dateFromString requires that 'format' be a string, found: ${bsonTypeName(pattern)}`);
    const parse = isNullish(pattern) ? parseDateText : parser(pattern);
    const timeZone = zone(scope);
    if (isNullish(text)) return onNull === undefined ? null : onNull(scope);
    try {
      if (typeof text !== 'string')
        throw new CommandError(
          CONVERSION_FAILURE,
          `$dateFromString requires that 'dateString' be a string, found: ${bsonTypeName(text)}`,
        );
      if (timeZone === null || (format !== undefined && isNullish(pattern))) return null;
      return parse(text, timeZone);
    } catch (error) {
      if (onError === undefined || !(error instanceof CommandError) || error.code !== CONVERSION_FAILURE) throw error;
      return onError(scope);
    }
  };
};

export const dateStringOperators: OperatorTable = { $dateToString: dateToString, $dateFromString: dateFromString };
