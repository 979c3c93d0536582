import { CommandError, failedToParse, typeMismatch } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import { ValueKeys, type ValueKey } from '../expression/value-key.ts';
import { compareExact } from '../expression/value-order.ts';
import { bsonTypeName, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { fieldEntries } from '../values/field-order.ts';
import type { SortField } from '../values/path.ts';
import { parseSort } from '../query/sort-specification.ts';
import { DocumentOrder } from './document-order.ts';
import { withField } from './field-stages.ts';
import type { StageCompiler, StageEnvironment } from './stage.ts';
import type { Partition, WindowFunction } from './window-function.ts';
import { compileWindowFunction } from './window-functions.ts';

interface WindowField {
  readonly path: readonly string[];
  readonly compute: WindowFunction;
}

/** `$setWindowFields`: adds to each document what is computed over the documents around it in its partition. */
export const setWindowFieldsStage: StageCompiler = (operand, environment) => {
  const { partitionBy, sort, fields } = parseWindowFields(operand, environment);
  const partitionOf = partitioner(partitionBy, environment);
  const order = new DocumentOrder(sort, environment.collation);
  return function* (documents) {
    for (const partition of partitionsOf(documents, partitionOf, environment)) {
      const keyed = partition.map((document) => order.keyed(document)).sort(order.compare);
      const sorted: Partition = { documents: keyed.map(({ document }) => document), keys: keyed, order };
      const columns = fields.map(({ path, compute }) => ({ path, values: compute(sorted) }));
      for (const [position, document] of sorted.documents.entries())
        yield columns.reduce((result, { path, values }) => withField(result, path, values[position]), document);
    }
  };
};

/** Reads the key of a document's partition; without `partitionBy` all documents are one. */
function partitioner(partitionBy: BsonValue, environment: StageEnvironment): (document: BsonDocument) => BsonValue {
  if (partitionBy === undefined) return () => null;
  const expression = compileExpression(partitionBy, environment);
  const { variables } = environment;
  return (document) => {
    const key = expression({ root: document, variables });
    if (Array.isArray(key)) throw typeMismatch('An expression used to partition cannot evaluate to value of type array');
    return key ?? null;
  };
}

/** The documents by partition, in the order of the partitions' keys. */
export function partitionsOf(
  documents: Iterable<BsonDocument>,
  keyOf: (document: BsonDocument) => BsonValue,
  { collation }: StageEnvironment,
): readonly (readonly BsonDocument[])[] {
  const keys = new ValueKeys(collation);
  const partitions = new Map<ValueKey, { readonly key: BsonValue; readonly members: BsonDocument[] }>();
  for (const document of documents) {
    const key = keyOf(document);
    const known = partitions.get(keys.of(key));
    if (known === undefined) partitions.set(keys.of(key), { key, members: [document] });
    else known.members.push(document);
  }
  return [...partitions.values()].sort((a, b) => compareExact(a.key, b.key, collation)).map(({ members }) => members);
}

interface WindowFields {
  readonly partitionBy: BsonValue;
  readonly sort: readonly SortField[];
  readonly fields: readonly WindowField[];
}

function parseWindowFields(operand: BsonValue, environment: StageEnvironment): WindowFields {
  if (!isDocument(operand))
    throw failedToParse(`the $setWindowFields stage specification must be an object, found ${bsonTypeName(operand)}`);
  const unknown = Object.keys(operand).find((name) => !['partitionBy', 'sortBy', 'output'].includes(name));
  if (unknown !== undefined) throw new CommandError(40415, `BSON field '$setWindowFields.${unknown}' is an unknown field.`);
  const { partitionBy, sortBy, output } = operand;
  if (output === undefined) throw new CommandError(40414, "BSON field '$setWindowFields.output' is missing but a required field");
  if (!isDocument(output)) throw typeMismatch("BSON field '$setWindowFields.output' is the wrong type, expected type 'object'");
  if (sortBy !== undefined && !isDocument(sortBy))
    throw typeMismatch("BSON field '$setWindowFields.sortBy' is the wrong type, expected type 'object'");
  const sort = parseSort(sortBy).fields;
  const fields = fieldEntries(output).map(([name, specification]) => ({
    path: outputPath(name),
    compute: compileWindowFunction(specification, sort, environment),
  }));
  return { partitionBy, sort, fields };
}

function outputPath(name: string): readonly string[] {
  if (name.startsWith('$')) throw new CommandError(16410, "FieldPath field names may not start with '$'.");
  if (name === '' || name.split('.').includes(''))
    throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
  return name.split('.');
}
