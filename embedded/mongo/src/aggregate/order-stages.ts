import { CommandError } from '../command-error.ts';
import { compareSortKeys, parseSort, sortKeyOf } from '../query/sort-specification.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { countValue, toInteger } from '../values/numeric.ts';
import { countItems } from '../execution/count-items.ts';
import type { StageCompiler } from './stage.ts';

export const matchStage: StageCompiler = (operand, { collation, variables }) => {
  if (!isDocument(operand)) throw new CommandError(15959, 'the match filter must be an expression in an object');
  const matches = compileFilter(operand, { collation, variables });
  return function* (documents) {
    for (const document of documents) if (matches(document)) yield document;
  };
};

export const sortStage: StageCompiler = (operand, { collation }) => {
  if (!isDocument(operand)) throw new CommandError(15973, 'the $sort key specification must be an object');
  if (Object.keys(operand).length === 0) throw new CommandError(15976, '$sort stage must have at least one sort key');
  const { fields, natural } = parseSort(operand);
  if (natural !== undefined) throw new CommandError(16410, "FieldPath field names may not start with '$'.");
  return (documents) => {
    const keyed = Array.from(documents, (document) => ({ key: sortKeyOf(document, fields, collation), document }));
    keyed.sort((a, b) => compareSortKeys(a.key, b.key, fields, collation));
    return keyed.map((entry) => entry.document);
  };
};

export const limitStage: StageCompiler = (operand) => {
  const limit = parseCount(operand, 2107201, 'invalid argument to $limit stage: Expected a number');
  if (limit <= 0) throw new CommandError(15958, 'the limit must be positive');
  return function* (documents) {
    let taken = 0;
    for (const document of documents) {
      yield document;
      taken += 1;
      if (taken >= limit) return;
    }
  };
};

export const skipStage: StageCompiler = (operand) => {
  const skip = parseCount(operand, 5107200, 'invalid argument to $skip stage: Expected a number');
  if (skip < 0) throw new CommandError(5107200, 'invalid argument to $skip stage: Expected a non-negative number');
  return function* (documents) {
    let position = 0;
    for (const document of documents) {
      if (position >= skip) yield document;
      position += 1;
    }
  };
};

function parseCount(operand: BsonValue, code: number, message: string): number {
  const integer = isNumber(operand) ? toInteger(operand) : undefined;
  if (integer === undefined) throw new CommandError(code, message);
  return Number(integer);
}

export const countStage: StageCompiler = (operand) => {
  if (typeof operand !== 'string' || operand === '') throw new CommandError(40156, 'the count field must be a non-empty string');
  if (operand.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path');
  if (operand.includes('.')) throw new CommandError(40160, "the count field cannot contain '.'");
  return function* (documents): Generator<BsonDocument> {
    const count = countItems(documents);
    if (count > 0) yield { [operand]: countValue(count) };
  };
};
