import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeName, isNullish, type BsonValue } from '../values/bson-value.ts';
import { compareStrings } from '../values/compare.ts';
import type { OperatorCompiler, OperatorTable } from './expression.ts';
import { binaryOperator, listOperands, namedArguments, optionalArgument, unaryOperator } from './operands.ts';
import { coerceToText } from './text-of-value.ts';

const concat: OperatorCompiler = (operand, context) => {
  const parts = listOperands(operand, context);
  return (scope) => {
    let text = '';
    for (const part of parts) {
      const value = part(scope);
      if (isNullish(value)) return null;
      if (typeof value !== 'string') throw new CommandError(16702, `$concat only supports strings, not ${bsonTypeName(value)}`);
      text += value;
    }
    return text;
  };
};

/** Letter case changes for ASCII letters only, as MongoDB documents it. */
const toUpper = (text: string): string => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
const toLower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

const strcasecmp = binaryOperator('$strcasecmp', (left, right) => {
  const order = compareStrings(toUpper(coerceToText(left)), toUpper(coerceToText(right)));
  return new Int32(Math.sign(order));
});

const split = binaryOperator('$split', (value, separator) => {
  if (isNullish(value) || isNullish(separator)) return null;
  if (typeof value !== 'string')
    throw new CommandError(
      40085,
      `$split requires an expression that evaluates to a string as a first argument, found: ${bsonTypeName(value)}`,
    );
  if (typeof separator !== 'string')
    throw new CommandError(
      40086,
      `$split requires an expression that evaluates to a string as a second argument, found: ${bsonTypeName(separator)}`,
    );
  if (separator === '') throw new CommandError(40087, '$split requires a non-empty separator');
  return value.split(separator);
});

/** What `$trim` takes for white space; U+0000 is among it. */
const WHITE_SPACE = new Set('\0 \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a');

function trimOperator(operator: string, { left, right }: { readonly left: boolean; readonly right: boolean }): OperatorCompiler {
  return (operand, context) => {
    const codes = { notObject: 50696, unknown: 50694, missing: 50695 };
    const named = namedArguments(operator, operand, { required: ['input'], optional: ['chars'], codes });
    const input = context.compile(named['input']);
    const characters = optionalArgument(named, 'chars', context);
    return (scope) => {
      const text = input(scope);
      if (isNullish(text)) return null;
      if (typeof text !== 'string')
        throw new CommandError(50699, `${operator} requires its input to be a string, got ${bsonTypeName(text)} instead.`);
      const removed = characters === undefined ? undefined : characters(scope);
      if (characters !== undefined && isNullish(removed)) return null;
      if (characters !== undefined && typeof removed !== 'string')
        throw new CommandError(50700, `${operator} requires 'chars' to be a string, got ${bsonTypeName(removed)} instead.`);
      const points = Array.from(text);
      const set = typeof removed === 'string' ? new Set(removed) : WHITE_SPACE;
      let start = 0;
      let end = points.length;
      while (left && start < end && set.has(points[start] ?? '')) start += 1;
      while (right && end > start && set.has(points[end - 1] ?? '')) end -= 1;
      return points.slice(start, end).join('');
    };
  };
}

type Replace = (text: string, find: string, replacement: string) => string;

function replaceOperator(operator: string, replace: Replace): OperatorCompiler {
  return (operand, context) => {
    const codes = { notObject: 51751, unknown: 51750, missing: { input: 51749, find: 51748, replacement: 51747 } };
    const named = namedArguments(operator, operand, { required: ['input', 'find', 'replacement'], codes });
    const parts = (['input', 'find', 'replacement'] as const).map((name, position) => ({
      name,
      code: 51746 - position,
      expression: context.compile(named[name]),
    }));
    return (scope) => {
      const values = parts.map(({ name, code, expression }) => {
        const value = expression(scope);
        if (isNullish(value) || typeof value === 'string') return value;
        throw new CommandError(code, `${operator} requires that '${name}' be a string, found: ${bsonTypeName(value)}`);
      });
      const [text, find, replacement] = values;
      if (isNullish(text) || isNullish(find) || isNullish(replacement)) return null;
      return replace(text, find, replacement);
    };
  };
}

/** Without the special meaning of `$` in JavaScript's replacements. */
const replaceFirst: Replace = (text, find, replacement) => text.replace(find, () => replacement);
const replaceEvery: Replace = (text, find, replacement) => text.replaceAll(find, () => replacement);

const textOperator = (operator: string, change: (text: string) => BsonValue): OperatorCompiler =>
  unaryOperator(operator, (value) => change(coerceToText(value)));

export const stringOperators: OperatorTable = {
  $concat: concat,
  $split: split,
  $strcasecmp: strcasecmp,
  $toLower: textOperator('$toLower', toLower),
  $toUpper: textOperator('$toUpper', toUpper),
  $trim: trimOperator('$trim', { left: true, right: true }),
  $ltrim: trimOperator('$ltrim', { left: true, right: false }),
  $rtrim: trimOperator('$rtrim', { left: false, right: true }),
  $replaceOne: replaceOperator('$replaceOne', replaceFirst),
  $replaceAll: replaceOperator('$replaceAll', replaceEvery),
};
