import { CommandError } from '../command-error.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { countValue, toInteger } from '../values/numeric.ts';
import { countItems } from '../execution/count-items.ts';
import { groupStage } from './group-stage.ts';
import { sortStage } from './sort-stage.ts';
import type { StageCompiler } from './stage.ts';
import { Int32 } from 'bson';

export const matchStage: StageCompiler = (operand, { collation, variables }) => {
  if (!isDocument(operand)) throw new CommandError(15959, 'the match filter must be an expression in an object');
  const matches = compileFilter(operand, { collation, variables });
  return function* (documents) {
    for (const document of documents) if (matches(document)) yield document;
  };
};

export const limitStage: StageCompiler = (operand) => {
  const limit = parseLimit(operand);
  return function* (documents) {
    let taken = 0;
    for (const document of documents) {
      yield document;
      taken += 1;
      if (taken >= limit) return;
    }
  };
};

/** The argument of `$limit`: a positive whole number. */
export function parseLimit(operand: BsonValue): number {
  const limit = parseCount(operand, 5107201, '$limit');
  if (limit < 0) throw new CommandError(5107201, 'invalid argument to $limit stage: Expected a non-negative number');
  if (limit === 0) throw new CommandError(15958, 'the limit must be positive');
  return limit;
}

/** The argument of `$skip`: a whole number from 0. */
export function parseSkip(operand: BsonValue): number {
  const skip = parseCount(operand, 5107200, '$skip');
  if (skip < 0) throw new CommandError(5107200, 'invalid argument to $skip stage: Expected a non-negative number');
  return skip;
}

export const skipStage: StageCompiler = (operand) => {
  const skip = parseSkip(operand);
  return function* (documents) {
    let position = 0;
    for (const document of documents) {
      if (position >= skip) yield document;
      position += 1;
    }
  };
};

function parseCount(operand: BsonValue, code: number, stage: string): number {
  const integer = isNumber(operand) ? toInteger(operand) : undefined;
  if (integer === undefined || BigInt.asIntN(64, integer) !== integer)
    throw new CommandError(
      code,
      `invalid argument to ${stage} stage: Expected a number that can be represented as a 64-bit integer`,
    );
  return Number(integer);
}

export const countStage: StageCompiler = (operand) => {
  if (typeof operand !== 'string') throw new CommandError(40156, 'the count field must be a non-empty string');
  if (operand === '') throw new CommandError(40157, 'the count field must be a non-empty string');
  if (operand.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path');
  if (operand.includes('\0')) throw new CommandError(40159, 'the count field cannot contain a null byte');
  if (operand.includes('.')) throw new CommandError(40160, "the count field cannot contain '.'");
  return function* (documents): Generator<BsonDocument> {
    const count = countItems(documents);
    if (count > 0) yield { [operand]: countValue(count) };
  };
};

export const sortByCountStage: StageCompiler = (operand, environment) => {
  const isExpression = isDocument(operand) && Object.keys(operand)[0]?.startsWith('$') === true;
  const isPath = typeof operand === 'string' && operand.startsWith('$');
  if (isDocument(operand) && !isExpression)
    throw new CommandError(40147, 'the sortByCount field must be defined as a $-prefixed path or an expression inside an object');
  if (!isExpression && typeof operand === 'string' && !isPath)
    throw new CommandError(40148, 'the sortByCount field must be defined as a $-prefixed path or an expression inside an object');
  if (!isExpression && !isPath)
    throw new CommandError(40149, 'the sortByCount field must be specified as a string or as an object');
  const group = groupStage({ _id: operand, count: { $sum: new Int32(1) } }, environment);
  const sort = sortStage({ count: new Int32(-1) }, environment);
  return (documents) => sort(group(documents));
};
