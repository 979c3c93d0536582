import { CommandError } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import { bsonTypeName, isDocument, type BsonDocument } from '../values/bson-value.ts';
import type { StageCompiler } from './stage.ts';

/** `$documents`: documents from the pipeline itself; what comes in is passed over. */
export const documentsStage: StageCompiler = (operand, environment) => {
  const list = compileExpression(operand, environment);
  const { variables } = environment;
  return function* (): Generator<BsonDocument> {
    const values = list({ root: {}, variables });
    if (!Array.isArray(values))
      throw new CommandError(5858203, `an array is expected as the argument to $documents, got ${bsonTypeName(values)}`);
    for (const value of values) {
      if (!isDocument(value)) throw new CommandError(40228, `$documents elements must be objects, found ${bsonTypeName(value)}`);
      yield value;
    }
  };
};
