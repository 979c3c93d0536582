import { CommandError } from '../command-error.ts';
import { bsonTypeName, getField, isDocument, isNullish, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Expression, ExpressionContext, OperatorCompiler, OperatorTable } from './expression.ts';
import { listOperands, namedArguments, unaryOperator } from './operands.ts';
import { fieldEntries, fieldNames, setField } from '../values/field-order.ts';

const mergeObjects: OperatorCompiler = (operand, context) => {
  const parts = listOperands(operand, context);
  return (scope) => {
    const merged: BsonDocument = {};
    for (const part of parts) mergeInto(merged, part(scope));
    return merged;
  };
};

/** Lays the fields of `value` over those of `target`; null and missing change nothing. */
export function mergeInto(target: BsonDocument, value: BsonValue): void {
  if (isNullish(value)) return;
  if (!isDocument(value))
    throw new CommandError(40400, `$mergeObjects requires object inputs, but input is of type ${bsonTypeName(value)}`);
  for (const name of fieldNames(value)) setField(target, name, value[name]);
}

const objectToArray = unaryOperator('$objectToArray', (value) => {
  if (isNullish(value)) return null;
  if (!isDocument(value))
    throw new CommandError(40390, `$objectToArray requires a document input, found: ${bsonTypeName(value)}`);
  return fieldEntries(value).map(([k, v]) => ({ k, v }));
});

const arrayToObject = unaryOperator('$arrayToObject', (value) => {
  if (isNullish(value)) return null;
  if (!Array.isArray(value))
    throw new CommandError(40386, `$arrayToObject requires an array input, found: ${bsonTypeName(value)}`);
  const [first] = value;
  if (first === undefined) return {};
  if (!Array.isArray(first) && !isDocument(first))
    throw new CommandError(40398, `Unrecognised input type format for $arrayToObject: ${bsonTypeName(first)}`);
  const pairOf = Array.isArray(first) ? arrayPair : objectPair;
  const result: BsonDocument = {};
  for (const item of value) {
    const [name, content] = pairOf(item);
    setField(result, name, content);
  }
  return result;
});

function arrayPair(item: BsonValue): readonly [string, BsonValue] {
  if (!Array.isArray(item))
    throw new CommandError(
      40396,
      `$arrayToObject requires a consistent input format. Array was detected, now found: ${bsonTypeName(item)}`,
    );
  const [key, content] = item;
  if (item.length !== 2)
    throw new CommandError(40397, `$arrayToObject requires an array of size 2 arrays, found array of size: ${item.length}`);
  if (typeof key !== 'string')
    throw new CommandError(40395, `$arrayToObject requires keys of type string. Found key type: ${bsonTypeName(key)}`);
  return [withoutNull(key, 4940400), content];
}

function objectPair(item: BsonValue): readonly [string, BsonValue] {
  if (!isDocument(item))
    throw new CommandError(
      40391,
      `$arrayToObject requires a consistent input format. Object was detected, now found: ${bsonTypeName(item)}`,
    );
  const size = Object.keys(item).length;
  if (size !== 2)
    throw new CommandError(
      40392,
      `$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:${size}`,
    );
  const key = getField(item, 'k');
  if (key === undefined || !Object.hasOwn(item, 'v'))
    throw new CommandError(40393, "$arrayToObject requires an object with keys 'k' and 'v'. Missing either or both keys");
  if (typeof key !== 'string')
    throw new CommandError(
      40394,
      `$arrayToObject requires the value of 'k' to be of type string. Found type: ${bsonTypeName(key)}`,
    );
  return [withoutNull(key, 4940401), item['v']];
}

function withoutNull(key: string, code: number): string {
  if (key.includes('\0')) throw new CommandError(code, 'Key field cannot contain an embedded null byte');
  return key;
}

const getFieldOperator: OperatorCompiler = (operand, context) => {
  const [field, input] = getFieldOperands(operand, context);
  return (scope) => {
    const name = field(scope);
    if (typeof name !== 'string')
      throw new CommandError(3041704, `$getField requires 'field' to evaluate to type String, but got ${bsonTypeName(name)}`);
    const document = input(scope);
    if (document === null) return null;
    return isDocument(document) ? getField(document, name) : undefined;
  };
};

function getFieldOperands(operand: BsonValue, context: ExpressionContext): readonly [Expression, Expression] {
  // An operator document such as { $literal: '$a' } computes the name; other documents name their arguments.
  const isShort = !isDocument(operand) || Object.keys(operand)[0]?.startsWith('$') === true;
  if (isShort) return [context.compile(operand), context.compile('$$CURRENT')];
  const codes = { notObject: 3041701, unknown: 3041701, missing: { field: 3041702, input: 3041703 } };
  const named = namedArguments('$getField', operand, { required: ['field', 'input'], codes });
  return [context.compile(named['field']), context.compile(named['input'])];
}

/** `$setField`; `$unsetField` is the same with `$$REMOVE` as value. */
function fieldSetter(operator: string, hasValue: boolean): OperatorCompiler {
  return (operand, context) => {
    const codes = { notObject: 4161100, unknown: 4161101, missing: { field: 4161102, value: 4161103, input: 4161109 } };
    const required = hasValue ? ['field', 'input', 'value'] : ['field', 'input'];
    const named = namedArguments(operator, operand, { required, codes });
    const name = constantFieldName(operator, named['field'], context);
    const input = context.compile(named['input']);
    const value = hasValue ? context.compile(named['value']) : () => undefined;
    return (scope) => {
      const document = input(scope);
      if (isNullish(document)) return null;
      if (!isDocument(document)) throw new CommandError(4161105, `${operator} requires 'input' to evaluate to type Object`);
      const copy = { ...document };
      const content = value(scope);
      if (content === undefined) delete copy[name];
      else setField(copy, name, content);
      return copy;
    };
  };
}

/** The name has to be known without a document: a string, or an operator on constants such as `$literal`. */
function constantFieldName(operator: string, operand: BsonValue, context: ExpressionContext): string {
  if (typeof operand === 'string' && operand.startsWith('$')) {
    throw new CommandError(
      4161108,
      `'${operand}' is a field path reference which is not allowed in this context. Did you mean {$literal: '${operand}'}?`,
    );
  }
  const isOperator = isDocument(operand) && Object.keys(operand)[0]?.startsWith('$') === true;
  if (isDocument(operand) && (!isOperator || mentionsPath(operand)))
    throw new CommandError(4161106, `${operator} requires 'field' to evaluate to a constant, but got a non-constant argument`);
  const name = context.compile(operand)({ root: {}, variables: new Map() });
  if (typeof name !== 'string')
    throw new CommandError(4161107, `${operator} requires 'field' to evaluate to type String, but got ${bsonTypeName(name)}`);
  return name;
}

function mentionsPath(operand: BsonValue): boolean {
  if (typeof operand === 'string') return operand.startsWith('$');
  if (Array.isArray(operand)) return operand.some(mentionsPath);
  if (!isDocument(operand)) return false;
  return Object.entries(operand).some(([name, item]) => name !== '$literal' && mentionsPath(item));
}

export const objectOperators: OperatorTable = {
  $mergeObjects: mergeObjects,
  $objectToArray: objectToArray,
  $arrayToObject: arrayToObject,
  $getField: getFieldOperator,
  $setField: fieldSetter('$setField', true),
  $unsetField: fieldSetter('$unsetField', false),
};
