import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import type { Expression } from '../expression/expression.ts';
import { encodeKeyPart } from '../storage/key-encoding.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { accumulatorFactory, type Accumulator } from './accumulators.ts';
import type { StageCompiler } from './stage.ts';

interface GroupField {
  readonly name: string;
  readonly create: () => Accumulator;
  readonly expression: Expression;
}

export const groupStage: StageCompiler = (operand, { variables }) => {
  if (!isDocument(operand)) throw new CommandError(15947, "a group's fields must be specified in an object");
  if (!Object.hasOwn(operand, '_id')) throw new CommandError(15955, 'a group specification must include an _id');
  const key = compileExpression(operand['_id']);
  const fields = Object.entries(operand)
    .filter(([name]) => name !== '_id')
    .map(([name, specification]) => parseField(name, specification));
  return function* (documents) {
    const groups = new Map<string, { readonly id: BsonValue; readonly accumulators: readonly Accumulator[] }>();
    for (const document of documents) {
      const scope = { root: document, variables };
      const id = key(scope) ?? null;
      // Equal values of different number types are one group, exactly as they are one index key.
      const text = encodeKeyPart(id, 1).toString('latin1');
      let group = groups.get(text);
      if (group === undefined) {
        group = { id, accumulators: fields.map((field) => field.create()) };
        groups.set(text, group);
      }
      for (const [position, field] of fields.entries()) group.accumulators[position]?.add(field.expression(scope));
    }
    for (const { id, accumulators } of groups.values()) {
      const result: BsonDocument = { _id: id };
      for (const [position, field] of fields.entries()) result[field.name] = accumulators[position]?.result() ?? null;
      yield result;
    }
  };
};

function parseField(name: string, specification: BsonValue): GroupField {
  if (name.includes('.')) throw new CommandError(40235, `The field name '${name}' cannot contain '.'`);
  if (name.startsWith('$')) throw new CommandError(40236, `The field name '${name}' cannot be an operator name`);
  const entries = isDocument(specification) ? Object.entries(specification) : [];
  const [entry] = entries;
  if (entry === undefined) throw new CommandError(40234, `The field '${name}' must be an accumulator object`);
  if (entries.length > 1) throw new CommandError(40238, `The field '${name}' must specify one accumulator`);
  const [operator, operand] = entry;
  if (operator === '$count') {
    if (!isDocument(operand) || Object.keys(operand).length > 0)
      throw new CommandError(2, '$count takes no arguments, i.e. $count:{}');
    return { name, create: accumulatorFactory('$sum'), expression: () => new Int32(1) };
  }
  return { name, create: accumulatorFactory(operator), expression: compileExpression(unwrapped(operator, operand)) };
}

/** A group operator takes one argument, which may stand in an array of one. */
function unwrapped(operator: string, operand: BsonValue): BsonValue {
  if (!Array.isArray(operand)) return operand;
  if (operand.length !== 1) throw new CommandError(40237, `The ${operator} accumulator is a unary operator`);
  return operand[0];
}
