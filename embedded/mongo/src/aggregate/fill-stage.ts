import { CommandError, failedToParse, typeMismatch } from '../command-error.ts';
import { bsonTypeName, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { documentOf, fieldEntries } from '../values/field-order.ts';
import { addFieldsStage } from './field-stages.ts';
import { setWindowFieldsStage } from './set-window-fields-stage.ts';
import type { StageCompiler } from './stage.ts';

const METHODS: Readonly<Record<string, string>> = { linear: '$linearFill', locf: '$locf' };

/** `$fill`: puts values where fields are null or missing; a short form of `$setWindowFields` and `$addFields`. */
export const fillStage: StageCompiler = (operand, environment, pipelines) => {
  const { window, values } = parseFill(operand);
  const stages = [
    ...(window === undefined ? [] : [setWindowFieldsStage(window, environment, pipelines)]),
    ...(values === undefined ? [] : [addFieldsStage(values, environment, pipelines)]),
  ];
  return (documents) => stages.reduce((input, stage) => stage(input), documents);
};

function parseFill(operand: BsonValue): { window: BsonDocument | undefined; values: BsonDocument | undefined } {
  if (!isDocument(operand)) throw failedToParse(`$fill specification must be an object, found ${bsonTypeName(operand)}`);
  const unknown = Object.keys(operand).find((name) => !['partitionBy', 'partitionByFields', 'sortBy', 'output'].includes(name));
  if (unknown !== undefined) throw new CommandError(40415, `BSON field '$fill.${unknown}' is an unknown field.`);
  const { output, sortBy } = operand;
  if (output === undefined) throw new CommandError(40414, "BSON field '$fill.output' is missing but a required field");
  if (!isDocument(output)) throw typeMismatch("BSON field '$fill.output' is the wrong type, expected type 'object'");
  if (Object.keys(output).length === 0) throw new CommandError(6050203, 'The output field in $fill must have at least one field');
  const filled: [string, BsonValue][] = [];
  const constants: [string, BsonValue][] = [];
  for (const [name, specification] of fieldEntries(output)) {
    const { operator, value } = parseFilling(specification, sortBy !== undefined);
    if (operator === undefined) constants.push([name, { $ifNull: [`$${name}`, value] }]);
    else filled.push([name, { [operator]: `$${name}` }]);
  }
  return {
    window:
      filled.length === 0
        ? undefined
        : { ...partitionOf(operand), ...(sortBy === undefined ? {} : { sortBy }), output: documentOf(filled) },
    values: constants.length === 0 ? undefined : documentOf(constants),
  };
}

function parseFilling(specification: BsonValue, isSorted: boolean): { operator: string | undefined; value: BsonValue } {
  const [name, ...others] = isDocument(specification) ? Object.keys(specification) : [];
  if (!isDocument(specification) || name === undefined || others.length > 0 || (name !== 'value' && name !== 'method'))
    throw new CommandError(40415, "Each field of $fill's output takes either 'value' or 'method'");
  if (name === 'value') return { operator: undefined, value: specification['value'] };
  const { method } = specification;
  const operator = typeof method === 'string' && Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (operator === undefined) throw new CommandError(6050202, "Method must be either 'locf' or 'linear'");
  if (!isSorted && method === 'linear')
    throw new CommandError(605001, '$linearFill must be specified with a top level sortBy expression with exactly one element');
  return { operator, value: undefined };
}

function partitionOf({ partitionBy, partitionByFields: fields }: BsonDocument): BsonDocument {
  if (partitionBy !== undefined && fields !== undefined)
    throw new CommandError(6050204, "Maximum one of 'partitionBy' and 'partitionByFields can be specified in '$fill'");
  if (partitionBy !== undefined) {
    if (typeof partitionBy === 'string' || isDocument(partitionBy)) return { partitionBy };
    throw typeMismatch("BSON field '$fill.partitionBy' is the wrong type, expected types '[string, object]'");
  }
  if (fields === undefined) return {};
  if (!Array.isArray(fields)) throw typeMismatch("BSON field '$fill.partitionByFields' is the wrong type, expected type 'array'");
  const names = fields.map((field): [string, BsonValue] => {
    if (typeof field !== 'string') throw typeMismatch("BSON field '$fill.partitionByFields' must hold strings");
    if (field.startsWith('$')) throw new CommandError(6050205, `Field in 'partitionByFields' cannot begin with '$': ${field}`);
    // A path cannot be the name of a field in an expression; its place tells the fields apart.
    return [field.replaceAll('.', '_'), `$${field}`];
  });
  return { partitionBy: documentOf(names) };
}
