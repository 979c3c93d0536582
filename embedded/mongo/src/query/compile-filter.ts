import { badValue, CommandError, notSupported } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import { isTruthy } from '../expression/truth.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { fieldEntries } from '../values/field-order.ts';
import { compileFieldCondition } from './compile-field-condition.ts';
import type { ConditionCompiler, Filter, FilterEnvironment, ValueTest } from './filter.ts';
import { compileJsonSchema } from './json-schema.ts';
import { elementTest } from './match-array.ts';

const DBREF_FIELDS = new Set(['$ref', '$id', '$db']);

/** Compiles a query filter; throws MongoDB's error for anything it does not know, before any document is read. */
export function compileFilter(filter: BsonDocument, environment: FilterEnvironment = {}): Filter {
  const conditions = fieldEntries(filter).flatMap(([name, operand]) => {
    if (name === '$comment') return [];
    if (name.startsWith('$') && !(environment.isElement === true && DBREF_FIELDS.has(name)))
      return [compileTreeOperator(name, operand, environment)];
    return [conditionCompiler(environment).condition(name.split('.'), operand)];
  });
  const [only] = conditions;
  if (conditions.length === 1 && only !== undefined) return only;
  return (document, context) => conditions.every((condition) => condition(document, context));
}

/** The test `$elemMatch` makes of one array element, for projections. */
export const compileElementTest = (operand: BsonValue, environment: FilterEnvironment = {}): ValueTest =>
  elementTest(operand, conditionCompiler(environment));

function conditionCompiler(environment: FilterEnvironment): ConditionCompiler {
  const compiler: ConditionCompiler = {
    environment,
    filter: (filter) => compileFilter(filter, { ...environment, isElement: true }),
    condition: (path, condition) => compileFieldCondition(path, condition, compiler),
  };
  return compiler;
}

function compileTreeOperator(name: string, operand: BsonValue, environment: FilterEnvironment): Filter {
  switch (name) {
    case '$and': {
      const filters = compileBranches(name, operand, environment);
      return (document, context) => filters.every((filter) => filter(document, context));
    }
    case '$or': {
      const filters = compileBranches(name, operand, environment);
      return (document, context) => filters.some((filter) => filter(document, context));
    }
    case '$nor': {
      const filters = compileBranches(name, operand, environment);
      return (document) => !filters.some((filter) => filter(document));
    }
    case '$expr': {
      if (environment.isElement === true) throw badValue('$expr can only be applied to the top-level document');
      const evaluate = compileExpression(operand, environment);
      return (document) => isTruthy(evaluate({ root: document, variables: environment.variables ?? new Map() }));
    }
    case '$text':
      throw new CommandError(27, 'text index required for $text query');
    case '$jsonSchema':
      return compileJsonSchema(operand);
    case '$where':
    case '$sampleRate':
      throw notSupported(`the query operator ${name}`);
    default:
      throw badValue(
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

function compileBranches(name: string, operand: BsonValue, environment: FilterEnvironment): Filter[] {
  if (!Array.isArray(operand)) throw badValue(`${name} must be an array`);
  if (operand.length === 0) throw badValue(`${name} argument must be a non-empty array`);
  return operand.map((branch) => {
    if (!isDocument(branch)) throw badValue('$or/$and/$nor entries need to be full objects');
    return compileFilter(branch, environment);
  });
}
