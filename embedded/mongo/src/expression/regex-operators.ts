import { BSONRegExp, Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { translatePattern } from '../query/regex-dialect.ts';
import { bsonTypeName, isNullish, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Expression, OperatorCompiler, OperatorTable, Scope } from './expression.ts';
import { namedArguments, optionalArgument } from './operands.ts';

/** The matches of a regular expression in a text, one after the other. */
type Search = (scope: Scope) => Iterable<RegExpExecArray>;

function searchOperator(operator: string, result: (matches: Iterable<RegExpExecArray>) => BsonValue): OperatorCompiler {
  return (operand, context) => {
    const codes = { notObject: 51103, unknown: 31024, missing: { input: 31022, regex: 31023 } };
    const named = namedArguments(operator, operand, { required: ['input', 'regex'], optional: ['options'], codes });
    const search = compileSearch(operator, {
      input: context.compile(named['input']),
      regex: context.compile(named['regex']),
      options: optionalArgument(named, 'options', context),
    });
    return (scope) => result(search(scope));
  };
}

interface SearchParts {
  readonly input: Expression;
  readonly regex: Expression;
  readonly options: Expression | undefined;
}

function compileSearch(operator: string, { input, regex, options }: SearchParts): Search {
  const compiled = new Map<string, RegExp>();
  return (scope) => {
    const text = input(scope);
    if (!isNullish(text) && typeof text !== 'string')
      throw new CommandError(51104, `${operator} needs 'input' to be of type string, not ${bsonTypeName(text)}`);
    const source = regexSource(operator, regex(scope), options?.(scope));
    if (isNullish(text) || source === undefined) return [];
    const key = `${source.options}/${source.pattern}`;
    const expression = compiled.get(key) ?? globalRegex(operator, source);
    compiled.set(key, expression);
    return text.matchAll(expression);
  };
}

interface RegexSource {
  readonly pattern: string;
  readonly options: string;
}

function regexSource(operator: string, regex: BsonValue, options: BsonValue): RegexSource | undefined {
  if (!isNullish(options) && typeof options !== 'string')
    throw new CommandError(51106, `${operator} needs 'options' to be of type string`);
  if (!isNullish(regex) && typeof regex !== 'string' && !(regex instanceof BSONRegExp))
    throw new CommandError(51105, `${operator} needs 'regex' to be of type string or regex`);
  if (isNullish(regex)) return undefined;
  const [pattern, own] = typeof regex === 'string' ? [regex, ''] : [regex.pattern, regex.options];
  if (own !== '' && typeof options === 'string')
    throw new CommandError(51107, `${operator}: found regex option(s) specified in both 'regex' and 'option' fields`);
  if (pattern.includes('\0'))
    throw new CommandError(51109, `${operator}: regular expression cannot contain an embedded null byte`);
  return { pattern, options: options ?? own };
}

function globalRegex(operator: string, { pattern, options }: RegexSource): RegExp {
  const invalid = Array.from(options).find((option) => !'imsxu'.includes(option));
  if (invalid !== undefined) throw new CommandError(51108, `${operator} invalid flag in regex options: ${invalid}`);
  const { source, flags } = translatePattern(pattern, options);
  return new RegExp(source, `${flags}g`);
}

/** Positions count code points; a group that took no part is null. */
function matchDocument(match: RegExpExecArray): BsonDocument {
  return {
    match: match[0],
    idx: new Int32(Array.from(match.input.slice(0, match.index)).length),
    captures: match.slice(1).map((group: string | undefined) => group ?? null),
  };
}

export const regexOperators: OperatorTable = {
  $regexMatch: searchOperator('$regexMatch', (matches) => matches[Symbol.iterator]().next().done !== true),
  $regexFind: searchOperator('$regexFind', (matches) => {
    const [first] = matches;
    return first === undefined ? null : matchDocument(first);
  }),
  $regexFindAll: searchOperator('$regexFindAll', (matches) => Array.from(matches, matchDocument)),
};
