import { badValue, CommandError, failedToParse, notSupported, typeMismatch } from '../command-error.ts';
import { divideDecimals } from '../values/decimal.ts';
import { bsonTypeName, isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { compareNumbers, toExact, toInteger } from '../values/numeric.ts';
import { compareValues, equalValues } from '../values/compare.ts';
import type { Filter, ValueTest } from './filter.ts';
import { typeTest } from './match-type.ts';
import { translatePattern } from './regex-dialect.ts';

/** Keywords of JSON Schema draft 4 and MongoDB's `bsonType`. Each compiles to a test; one for another type of value passes. */
const KEYWORDS: Readonly<Record<string, (operand: BsonValue, schema: BsonDocument) => ValueTest>> = {
  bsonType: (operand) => typeTest(operand),
  type: (operand) => typeTest(jsonTypes(operand)),
  enum: (operand) => {
    const members = arrayOf('enum', operand);
    if (members.length === 0) throw failedToParse("$jsonSchema keyword 'enum' cannot be an empty array");
    return (value) => members.some((member) => equalValues(member, value) && !(member === null && value === undefined));
  },
  minimum: (operand, schema) => limitTest('minimum', operand, schema['exclusiveMinimum'], 1),
  maximum: (operand, schema) => limitTest('maximum', operand, schema['exclusiveMaximum'], -1),
  exclusiveMinimum: (operand, schema) => exclusivity('exclusiveMinimum', 'minimum', operand, schema),
  exclusiveMaximum: (operand, schema) => exclusivity('exclusiveMaximum', 'maximum', operand, schema),
  multipleOf: (operand) => multipleTest(operand),
  minLength: (operand) => lengthTest('minLength', operand, (length, limit) => length >= limit),
  maxLength: (operand) => lengthTest('maxLength', operand, (length, limit) => length <= limit),
  pattern: (operand) => {
    if (typeof operand !== 'string') throw typeMismatch("$jsonSchema keyword 'pattern' must be a string");
    const expression = translatePattern(operand, '');
    return (value) => typeof value !== 'string' || expression.test(value);
  },
  required: (operand) => {
    const names = stringsOf('required', operand);
    return (value) => !isDocument(value) || names.every((name) => Object.hasOwn(value, name));
  },
  properties: (operand) => {
    const tests = Object.entries(documentIn('properties', operand)).map(([name, schema]) => [name, schemaTest(schema)] as const);
    return (value) => !isDocument(value) || tests.every(([name, test]) => !Object.hasOwn(value, name) || test(value[name]));
  },
  patternProperties: (operand) => {
    const tests = patternTests(operand);
    return (value) =>
      !isDocument(value) ||
      Object.keys(value).every((name) => tests.every(([pattern, test]) => !pattern.test(name) || test(value[name])));
  },
  additionalProperties: (operand, schema) => additionalTest(operand, schema),
  minProperties: (operand) => sizeTest('minProperties', operand, (size, limit) => size >= limit),
  maxProperties: (operand) => sizeTest('maxProperties', operand, (size, limit) => size <= limit),
  dependencies: (operand) => dependencyTest(operand),
  items: (operand, schema) => itemsTest(operand, schema['additionalItems']),
  additionalItems: () => () => true, // read by `items`
  minItems: (operand) => itemCountTest('minItems', operand, (count, limit) => count >= limit),
  maxItems: (operand) => itemCountTest('maxItems', operand, (count, limit) => count <= limit),
  uniqueItems: (operand) => {
    if (typeof operand !== 'boolean') throw typeMismatch("$jsonSchema keyword 'uniqueItems' must be a boolean");
    return (value) => !operand || !Array.isArray(value) || isUnique(value);
  },
  allOf: (operand) => branches('allOf', operand, (tests, value) => tests.every((test) => test(value))),
  anyOf: (operand) => branches('anyOf', operand, (tests, value) => tests.some((test) => test(value))),
  oneOf: (operand) => branches('oneOf', operand, (tests, value) => tests.filter((test) => test(value)).length === 1),
  not: (operand) => {
    const test = schemaTest(operand);
    return (value) => !test(value);
  },
  title: () => () => true,
  description: () => () => true,
};

/** `$jsonSchema`: documents that conform to a schema. Unknown keywords are errors, as in MongoDB. */
export function compileJsonSchema(schema: BsonValue): Filter {
  if (!isDocument(schema)) throw typeMismatch('$jsonSchema must be an object');
  return schemaTest(schema);
}

function schemaTest(schema: BsonValue): ValueTest {
  if (!isDocument(schema)) throw typeMismatch('Nested schema for $jsonSchema must be an object');
  if (schema['type'] !== undefined && schema['bsonType'] !== undefined)
    throw failedToParse("Cannot specify both $jsonSchema keywords 'type' and 'bsonType'");
  const tests = Object.entries(schema).map(([keyword, operand]) => {
    const compile = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (keyword.startsWith('encrypt')) throw notSupported(`the $jsonSchema keyword '${keyword}'`);
    if (['$ref', '$schema', 'default', 'definitions', 'format', 'id'].includes(keyword))
      throw failedToParse(`$jsonSchema keyword '${keyword}' is not currently supported`);
    if (compile === undefined) throw failedToParse(`Unknown $jsonSchema keyword: ${keyword}`);
    return compile(operand, schema);
  });
  return (value) => tests.every((test) => test(value));
}

const JSON_TYPES: Readonly<Record<string, string>> = {
  array: 'array',
  boolean: 'bool',
  null: 'null',
  number: 'number',
  object: 'object',
  string: 'string',
};

function jsonTypes(operand: BsonValue): BsonValue {
  return (Array.isArray(operand) ? operand : [operand]).map((item) => {
    if (typeof item !== 'string') throw typeMismatch("$jsonSchema keyword 'type' must be either a string or an array of strings");
    if (item === 'integer') throw failedToParse("$jsonSchema type 'integer' is not currently supported.");
    const name = Object.hasOwn(JSON_TYPES, item) ? JSON_TYPES[item] : undefined;
    if (name === undefined) throw badValue(`Unknown type name alias: ${item}`);
    return name;
  });
}

function limitTest(keyword: string, operand: BsonValue, exclusive: BsonValue, sign: 1 | -1): ValueTest {
  if (!isNumber(operand)) throw typeMismatch(`$jsonSchema keyword '${keyword}' must be a number`);
  return (value) => {
    if (!isNumber(value)) return true;
    const order = compareNumbers(value, operand) * sign;
    return exclusive === true ? order > 0 : order >= 0;
  };
}

function exclusivity(keyword: string, limit: string, operand: BsonValue, schema: BsonDocument): ValueTest {
  if (typeof operand !== 'boolean') throw typeMismatch(`$jsonSchema keyword '${keyword}' must be a boolean`);
  if (schema[limit] === undefined)
    throw failedToParse(`$jsonSchema keyword '${limit}' must be a present if ${keyword} is present`);
  return () => true; // read by the limit itself
}

function multipleTest(operand: BsonValue): ValueTest {
  if (!isNumber(operand)) throw typeMismatch("$jsonSchema keyword 'multipleOf' must be a number");
  const unit = toExact(operand);
  if (typeof unit === 'number' || unit.coefficient <= 0n)
    throw failedToParse("$jsonSchema keyword 'multipleOf' must have a positive value");
  return (value) => {
    const exact = isNumber(value) ? toExact(value) : undefined;
    if (exact === undefined) return true;
    if (typeof exact === 'number') return false;
    const quotient = divideDecimals(exact, unit);
    return quotient.exponent >= 0 || quotient.coefficient % 10n ** BigInt(-quotient.exponent) === 0n;
  };
}

type Limit = (actual: number, limit: number) => boolean;

function lengthTest(keyword: string, operand: BsonValue, holds: Limit): ValueTest {
  const limit = countOf(keyword, operand);
  return (value) => typeof value !== 'string' || holds([...value].length, limit);
}

function sizeTest(keyword: string, operand: BsonValue, holds: Limit): ValueTest {
  const limit = countOf(keyword, operand);
  return (value) => !isDocument(value) || holds(Object.keys(value).length, limit);
}

function itemCountTest(keyword: string, operand: BsonValue, holds: Limit): ValueTest {
  const limit = countOf(keyword, operand);
  return (value) => !Array.isArray(value) || holds(value.length, limit);
}

function countOf(keyword: string, operand: BsonValue): number {
  const integer = isNumber(operand) ? toInteger(operand) : undefined;
  if (integer === undefined || integer < 0n)
    throw failedToParse(`$jsonSchema keyword '${keyword}' must be a non-negative integer`);
  return Number(integer);
}

function patternTests(operand: BsonValue): (readonly [RegExp, ValueTest])[] {
  return Object.entries(documentIn('patternProperties', operand)).map(
    ([pattern, schema]) => [translatePattern(pattern, ''), schemaTest(schema)] as const,
  );
}

function additionalTest(operand: BsonValue, schema: BsonDocument): ValueTest {
  if (typeof operand !== 'boolean' && !isDocument(operand))
    throw typeMismatch("$jsonSchema keyword 'additionalProperties' must be either an object or a boolean");
  const test: ValueTest = typeof operand === 'boolean' ? () => operand : schemaTest(operand);
  const named = new Set(isDocument(schema['properties']) ? Object.keys(schema['properties']) : []);
  const patterns = schema['patternProperties'] === undefined ? [] : patternTests(schema['patternProperties']);
  return (value) =>
    !isDocument(value) ||
    Object.keys(value).every((name) => named.has(name) || patterns.some(([pattern]) => pattern.test(name)) || test(value[name]));
}

function dependencyTest(operand: BsonValue): ValueTest {
  const tests = Object.entries(documentIn('dependencies', operand)).map(([name, dependency]) => {
    const test = Array.isArray(dependency) ? KEYWORDS['required']?.(dependency, {}) : schemaTest(dependency);
    return [name, test] as const;
  });
  return (value) => !isDocument(value) || tests.every(([name, test]) => !Object.hasOwn(value, name) || test?.(value) === true);
}

function itemsTest(operand: BsonValue, additional: BsonValue): ValueTest {
  if (!Array.isArray(operand)) {
    const test = schemaTest(operand);
    return (value) => !Array.isArray(value) || value.every(test);
  }
  const tests = operand.map(schemaTest);
  const rest: ValueTest = isDocument(additional) ? schemaTest(additional) : () => additional !== false;
  return (value) => !Array.isArray(value) || value.every((item, index) => (tests[index] ?? rest)(item));
}

function isUnique(items: readonly BsonValue[]): boolean {
  const sorted = [...items].sort((a, b) => compareValues(a, b));
  return sorted.every((item, index) => index === 0 || !equalValues(item, sorted[index - 1]));
}

function branches(
  keyword: string,
  operand: BsonValue,
  holds: (tests: readonly ValueTest[], value: BsonValue) => boolean,
): ValueTest {
  const schemas = arrayOf(keyword, operand);
  if (schemas.length === 0) throw badValue(`$jsonSchema keyword '${keyword}' must be a non-empty array`);
  const tests = schemas.map(schemaTest);
  return (value) => holds(tests, value);
}

function arrayOf(keyword: string, operand: BsonValue): BsonValue[] {
  if (Array.isArray(operand)) return operand;
  throw typeMismatch(`$jsonSchema keyword '${keyword}' must be an array, but found an element of type ${bsonTypeName(operand)}`);
}

function stringsOf(keyword: string, operand: BsonValue): string[] {
  const items = arrayOf(keyword, operand);
  if (items.length === 0) throw failedToParse(`$jsonSchema keyword '${keyword}' cannot be an empty array`);
  return items.map((item) => {
    if (typeof item === 'string') return item;
    throw new CommandError(14, `$jsonSchema keyword '${keyword}' must be an array of strings`);
  });
}

function documentIn(keyword: string, operand: BsonValue): BsonDocument {
  if (isDocument(operand)) return operand;
  throw typeMismatch(`$jsonSchema keyword '${keyword}' must be an object`);
}
