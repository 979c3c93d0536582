import { Int32 } from 'bson';
import fc from 'fast-check';
import { CommandError } from '../command-error.ts';
import { encodeDocument } from '../values/bson-codec.ts';
import { anyBsonValue } from '../values/bson-sample.factory.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import { compileExpression } from './compile-expression.ts';
import { operatorNames } from './operator-table.ts';

const variables = new Map<string, BsonValue>([['NOW', new Date(0)]]);
const root: BsonDocument = { list: ['a', new Int32(1), null], text: 'x y', day: new Date(1.7e12) };

/** Runs an expression; a refusal with a code counts as an answer. */
function answerOf(operand: BsonValue): BsonValue {
  try {
    const answer = compileExpression(operand, { variables })({ root, variables });
    if (answer instanceof Date && Number.isNaN(answer.getTime())) throw new Error('an invalid date');
    return answer;
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

describe('expressions', () => {
  const anyOperator = fc.constantFrom(...operatorNames);
  const anyOperand = fc.oneof(anyBsonValue, fc.constantFrom<BsonValue>('$list', '$text', '$day', '$nope'));
  const anyArguments = fc.oneof(fc.array(anyOperand, { maxLength: 4 }), anyOperand);
  const argumentNames =
    'input in cond as initialValue date unit amount startDate endDate format timezone n by sortBy field value to'.split(' ');
  const anyNamed = fc.dictionary(fc.constantFrom(...argumentNames), anyOperand, { maxKeys: 4, noNullPrototype: true });

  it('answer any operand with a storable value or an error of MongoDB', () => {
    fc.assert(
      fc.property(anyOperator, fc.oneof(anyArguments, anyNamed), (operator, operand) => {
        expect(() => encodeDocument({ answer: answerOf({ [operator]: operand }) })).not.toThrow();
      }),
      { numRuns: 4000 },
    );
  });

  it('answer any operand within another as well', () => {
    fc.assert(
      fc.property(anyOperator, anyOperator, anyArguments, anyOperand, (outer, inner, operand, beside) => {
        expect(() => encodeDocument({ answer: answerOf({ [outer]: [{ [inner]: operand }, beside] }) })).not.toThrow();
      }),
      { numRuns: 4000 },
    );
  });
});
