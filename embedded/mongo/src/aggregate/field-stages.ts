import { CommandError } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import type { Expression, Scope } from '../expression/expression.ts';
import { bsonTypeName, getField, isDocument, setField, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { compileProjection, removeFields } from '../query/projection.ts';
import type { Stage, StageCompiler } from './stage.ts';

/** `$addFields`, also called `$set`. */
export const addFieldsStage: StageCompiler = (operand, { variables }) => {
  if (!isDocument(operand)) throw new CommandError(40272, '$addFields specification stage must be an object');
  const fields = flatten(operand, '').map(([path, expression]) => [path.split('.'), expression] as const);
  return mapStage((document) => {
    const scope: Scope = { root: document, variables };
    // Every expression sees the document as it came in.
    const values = fields.map(([path, expression]) => [path, expression(scope)] as const);
    return values.reduce((result, [path, value]) => withField(result, path, value), document);
  });
};

/** `{ a: { b: 1 } }` sets `a.b`, like `{ 'a.b': 1 }`; an operator document is an expression. */
function flatten(specification: BsonDocument, prefix: string): (readonly [string, Expression])[] {
  const entries = Object.entries(specification);
  if (entries.length === 0)
    throw new CommandError(40177, 'Invalid $addFields :: caused by :: specification must have at least one field');
  return entries.flatMap(([name, operand]) => {
    if (name === '' || name.split('.').includes(''))
      throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
    if (name.startsWith('$')) throw new CommandError(16410, "FieldPath field names may not start with '$'.");
    const path = `${prefix}${name}`;
    const isNested = isDocument(operand) && Object.keys(operand)[0]?.startsWith('$') === false;
    return isNested ? flatten(operand, `${path}.`) : [[path, compileExpression(operand)] as const];
  });
}

function withField(document: BsonDocument, path: readonly string[], value: BsonValue): BsonDocument {
  const [name = '', ...rest] = path;
  const copy = { ...document };
  const current = getField(document, name);
  if (rest.length > 0) setField(copy, name, setBelow(current, rest, value));
  else if (value === undefined) delete copy[name];
  else setField(copy, name, value);
  return copy;
}

function setBelow(current: BsonValue, rest: readonly string[], value: BsonValue): BsonValue {
  if (Array.isArray(current)) return current.map((item) => setBelow(item, rest, value));
  if (value === undefined && !isDocument(current)) return current;
  return withField(isDocument(current) ? current : {}, rest, value);
}

export const unsetStage: StageCompiler = (operand) => {
  const paths = Array.isArray(operand) ? operand : [operand];
  if (paths.length === 0)
    throw new CommandError(31119, '$unset specification must be a string or an array with at least one field');
  const names = paths.map((path) => {
    if (typeof path !== 'string' || path === '' || path.startsWith('$'))
      throw new CommandError(31120, '$unset specification must be a string or an array of field names');
    return path;
  });
  return mapStage((document) => removeFields(document, names));
};

export const projectStage: StageCompiler = (operand, { variables }) => {
  if (!isDocument(operand)) throw new CommandError(15969, '$project specification must be an object');
  if (Object.keys(operand).length === 0)
    throw new CommandError(51272, 'Invalid $project :: caused by :: projection specification must have at least one field');
  const project = compileProjection(operand, { inPipeline: true, filter: {}, variables });
  return mapStage((document) => project(document, {}));
};

/** `$replaceRoot` and its short form `$replaceWith`. */
export function replaceRootStage(operand: BsonValue, name: string, variables: Scope['variables']): Stage {
  const expression = compileExpression(operand);
  return mapStage((document) => {
    const root = expression({ root: document, variables });
    if (isDocument(root)) return root;
    throw new CommandError(
      40228,
      `'newRoot' expression of ${name} must evaluate to an object, but resulting value was of type ${bsonTypeName(root)}`,
    );
  });
}

function mapStage(change: (document: BsonDocument) => BsonDocument): Stage {
  return function* (documents) {
    for (const document of documents) yield change(document);
  };
}
