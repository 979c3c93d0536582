import { CommandError } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import type { Expression, Scope } from '../expression/expression.ts';
import { bsonTypeName, getField, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { compileProjection, removeFields } from '../query/projection.ts';
import { mapStage, type Stage, type StageCompiler, type StageEnvironment } from './stage.ts';
import { fieldEntries, setField } from '../values/field-order.ts';

/** `$addFields`, also called `$set`. */
export const addFieldsStage: StageCompiler = (operand, environment) => {
  if (!isDocument(operand)) throw new CommandError(40272, '$addFields specification stage must be an object');
  const change = fieldAdder(operand, environment);
  return mapStage(change);
};

/** Compiles the fields of `$addFields`: a function that lays them over a document. */
function fieldAdder(specification: BsonDocument, environment: StageEnvironment): (document: BsonDocument) => BsonDocument {
  const fields = flatten(specification, '', environment).map(([path, expression]) => [path.split('.'), expression] as const);
  const { variables } = environment;
  return (document) => {
    const scope: Scope = { root: document, variables };
    // Every expression sees the document as it came in.
    const values = fields.map(([path, expression]) => [path, expression(scope)] as const);
    return values.reduce((result, [path, value]) => withField(result, path, value), document);
  };
}

/** `{ a: { b: 1 } }` sets `a.b`, like `{ 'a.b': 1 }`; an operator document is an expression. */
function flatten(specification: BsonDocument, prefix: string, environment: StageEnvironment): (readonly [string, Expression])[] {
  const entries = fieldEntries(specification);
  if (entries.length === 0)
    throw new CommandError(40177, 'Invalid $addFields :: caused by :: specification must have at least one field');
  return entries.flatMap(([name, operand]) => {
    assertPath(name);
    const path = `${prefix}${name}`;
    const isNested = isDocument(operand) && Object.keys(operand)[0]?.startsWith('$') === false;
    return isNested ? flatten(operand, `${path}.`, environment) : [[path, compileExpression(operand, environment)] as const];
  });
}

function assertPath(path: string): void {
  if (path === '' || path.endsWith('.') || path.startsWith('.') || path.includes('..'))
    throw new CommandError(path === '' ? 40352 : 15998, 'FieldPath field names may not be empty strings.');
  if (path.split('.').some((part) => part.startsWith('$')))
    throw new CommandError(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
}

/** A copy of the document with a value at a path; undefined removes the field. Arrays on the way are gone through. */
export function withField(document: BsonDocument, path: readonly string[], value: BsonValue): BsonDocument {
  const [name = '', ...rest] = path;
  const copy = { ...document };
  const current = getField(document, name);
  if (rest.length > 0) setOrDelete(copy, name, setBelow(current, rest, value));
  else setOrDelete(copy, name, value);
  return copy;
}

function setOrDelete(document: BsonDocument, name: string, value: BsonValue): void {
  if (value === undefined) delete document[name];
  else setField(document, name, value);
}

function setBelow(current: BsonValue, rest: readonly string[], value: BsonValue): BsonValue {
  if (Array.isArray(current)) return current.map((item) => setBelow(item, rest, value));
  return withField(isDocument(current) ? current : {}, rest, value);
}

export const unsetStage: StageCompiler = (operand) => {
  if (typeof operand !== 'string' && !Array.isArray(operand))
    throw new CommandError(31002, '$unset specification must be a string or an array');
  const paths = Array.isArray(operand) ? operand : [operand];
  if (paths.length === 0)
    throw new CommandError(31119, '$unset specification must be a string or an array with at least one field');
  const names = paths.map((path) => {
    if (typeof path !== 'string')
      throw new CommandError(31120, '$unset specification must be a string or an array containing only string values');
    assertPath(path);
    return path;
  });
  return mapStage((document) => removeFields(document, names));
};

export const projectStage: StageCompiler = (operand, { variables, collation }) => {
  if (!isDocument(operand)) throw new CommandError(15969, '$project specification must be an object');
  if (Object.keys(operand).length === 0)
    throw new CommandError(51272, 'Invalid $project :: caused by :: projection specification must have at least one field');
  const project = compileProjection(operand, { inPipeline: true, filter: {}, variables, collation });
  return mapStage((document) => project(document, {}));
};

export const replaceRootStage: StageCompiler = (operand, environment) => {
  if (!isDocument(operand)) throw new CommandError(40229, 'expected an object as specification for $replaceRoot stage');
  const unknown = Object.keys(operand).find((name) => name !== 'newRoot');
  if (unknown !== undefined) throw new CommandError(40415, `BSON field '$replaceRoot.${unknown}' is an unknown field.`);
  if (!Object.hasOwn(operand, 'newRoot'))
    throw new CommandError(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field");
  return replaceRoot(operand['newRoot'], '$replaceRoot', environment);
};

export const replaceWithStage: StageCompiler = (operand, environment) => replaceRoot(operand, '$replaceWith', environment);

function replaceRoot(operand: BsonValue, name: string, environment: StageEnvironment): Stage {
  const expression = compileExpression(operand, environment);
  const { variables } = environment;
  return mapStage((document) => {
    const root = expression({ root: document, variables });
    if (isDocument(root)) return root;
    throw new CommandError(
      40228,
      `'newRoot' expression of ${name} must evaluate to an object, but resulting value was of type ${bsonTypeName(root)}`,
    );
  });
}
