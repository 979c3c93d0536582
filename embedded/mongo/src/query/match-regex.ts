import { BSONRegExp } from 'bson';
import { badValue, CommandError } from '../command-error.ts';
import type { BsonValue } from '../values/bson-value.ts';
import { equalValues } from '../values/compare.ts';
import type { ValueTest } from './filter.ts';
import { translatePattern } from './regex-dialect.ts';

/** `$regex` and regular expression literals: strings are searched, stored regular expressions compare as equal. */
export function regexTest(operand: BsonValue, options?: BsonValue): ValueTest {
  const expression = toRegex(operand, options);
  const compiled = translatePattern(expression.pattern, expression.options);
  return (value) => {
    if (typeof value === 'string') return compiled.test(value);
    return value instanceof BSONRegExp && equalValues(value, expression);
  };
}

function toRegex(operand: BsonValue, options: BsonValue): BSONRegExp {
  if (options !== undefined && typeof options !== 'string') throw badValue('$options has to be a string');
  for (const option of options ?? '')
    if (!'imsxu'.includes(option)) throw new CommandError(51108, `invalid flag in regex options: ${option}`);
  if (operand instanceof BSONRegExp) {
    if (options !== undefined && operand.options !== '') throw new CommandError(51075, 'options set in both $regex and $options');
    return new BSONRegExp(operand.pattern, options ?? operand.options);
  }
  if (typeof operand !== 'string') throw badValue('$regex has to be a string');
  return new BSONRegExp(operand, options ?? '');
}
