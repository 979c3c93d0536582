import { CommandError, failedToParse } from '../command-error.ts';
import { bsonTypeName, isDocument, isNullish, isNumber, type BsonValue } from '../values/bson-value.ts';
import { convertValue, targetTypeOf, type ConversionTarget } from './convert-value.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { namedArguments, optionalArgument, unaryOperator } from './operands.ts';

const CONVERSION_FAILURE = 241;

const convert: OperatorCompiler = (operand, context) => {
  if (!isDocument(operand))
    throw failedToParse(`$convert expects an object of named arguments but found: ${bsonTypeName(operand)}`);
  const codes = { notObject: 9, unknown: 9, missing: 9 };
  const optional = ['onError', 'onNull', 'format'];
  const named = namedArguments('$convert', operand, { required: ['input', 'to'], optional, codes });
  const input = context.compile(named['input']);
  const to = context.compile(named['to']);
  const onError = optionalArgument(named, 'onError', context);
  const onNull = optionalArgument(named, 'onNull', context);
  const format = optionalArgument(named, 'format', context);
  return (scope) => {
    const target = to(scope);
    const value = input(scope);
    if (isNullish(value)) return onNull === undefined ? null : onNull(scope);
    if (isNullish(target)) return null;
    const resolved = targetTypeOf(target, format?.(scope));
    try {
      return convertValue(value, resolved);
    } catch (error) {
      if (onError === undefined || !(error instanceof CommandError) || error.code !== CONVERSION_FAILURE) throw error;
      return onError(scope);
    }
  };
};

const shorthand = (operator: string, target: ConversionTarget): OperatorCompiler =>
  unaryOperator(operator, (value) => (isNullish(value) ? null : convertValue(value, target)));

const typeOperator = unaryOperator('$type', (value: BsonValue) => bsonTypeName(value));

export const conversionOperators: OperatorTable = {
  $convert: convert,
  $toBool: shorthand('$toBool', { type: 'bool' }),
  $toDate: shorthand('$toDate', { type: 'date' }),
  $toDecimal: shorthand('$toDecimal', { type: 'decimal' }),
  $toDouble: shorthand('$toDouble', { type: 'double' }),
  $toInt: shorthand('$toInt', { type: 'int' }),
  $toLong: shorthand('$toLong', { type: 'long' }),
  $toObjectId: shorthand('$toObjectId', { type: 'objectId' }),
  $toString: shorthand('$toString', { type: 'string' }),
  $toUUID: shorthand('$toUUID', { type: 'binData', subtype: 4, format: 'uuid' }),
  $isNumber: unaryOperator('$isNumber', (value) => isNumber(value)),
  $type: typeOperator,
};
