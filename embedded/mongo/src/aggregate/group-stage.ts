import { CommandError } from '../command-error.ts';
import type { Accumulator, AccumulatorUse } from '../accumulator/accumulator.ts';
import { compileAccumulator } from '../accumulator/accumulator-table.ts';
import { valueBytes } from '../accumulator/value-bytes.ts';
import { expressionContext } from '../expression/compile-expression.ts';
import type { Expression, ExpressionContext } from '../expression/expression.ts';
import { ValueKeys, type ValueKey } from '../expression/value-key.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { MAX_STAGE_BYTES, memoryLimitExceeded } from './memory-limit.ts';
import type { Stage, StageEnvironment } from './stage.ts';
import { fieldEntries, setField } from '../values/field-order.ts';

interface GroupField {
  readonly name: string;
  readonly use: AccumulatorUse;
}

/** About what a group and each of its accumulators take besides the key. */
const BYTES_PER_FIELD = 64;

interface Group {
  readonly id: BsonValue;
  readonly accumulators: readonly Accumulator<unknown>[];
}

export function groupStage(operand: BsonValue, environment: StageEnvironment): Stage {
  if (!isDocument(operand)) throw new CommandError(15947, "a group's fields must be specified in an object");
  if (!Object.hasOwn(operand, '_id')) throw new CommandError(15955, 'a group specification must include an _id');
  const context = expressionContext(environment);
  const { _id: key, ...fields } = operand;
  return groupBy(context.compile(key), groupFields(fields, context), environment);
}

/** Groups documents by a computed key; shared by `$group` and `$bucket`. */
export function groupBy(
  key: Expression,
  fields: readonly GroupField[],
  { variables, collation, allowsDiskUse = true }: StageEnvironment,
): Stage {
  const groupBytes = BYTES_PER_FIELD * (fields.length + 1);
  return function* (documents) {
    let bytes = 0;
    const keys = new ValueKeys(collation);
    const groups = new Map<ValueKey, Group>();
    for (const document of documents) {
      const scope = { root: document, variables };
      const id = key(scope) ?? null;
      const groupKey = keys.of(id);
      let group = groups.get(groupKey);
      if (group === undefined) {
        const groupScope = { root: isDocument(id) ? id : {}, variables };
        group = { id, accumulators: fields.map(({ use }) => use.start(groupScope)) };
        groups.set(groupKey, group);
        bytes += groupBytes + valueBytes(id);
        if (bytes > MAX_STAGE_BYTES && !allowsDiskUse) throw memoryLimitExceeded('$group');
      }
      const { accumulators } = group;
      for (let position = 0; position < fields.length; position += 1)
        accumulators[position]?.add(fields[position]?.use.read(scope));
    }
    for (const { id, accumulators } of groups.values()) {
      const result: BsonDocument = { _id: id };
      addResults(result, fields, accumulators);
      yield result;
    }
  };
}

export function addResults(
  result: BsonDocument,
  fields: readonly GroupField[],
  accumulators: readonly Accumulator<unknown>[],
): void {
  for (const [position, { name }] of fields.entries()) setField(result, name, accumulators[position]?.result() ?? null);
}

/** The computed fields of a group: each names one accumulator. */
export const groupFields = (specification: BsonDocument, context: ExpressionContext): readonly GroupField[] =>
  fieldEntries(specification).map(([name, operand]) => groupField(name, operand, context));

function groupField(name: string, specification: BsonValue, context: ExpressionContext): GroupField {
  if (name.includes('.')) throw new CommandError(40235, `The field name '${name}' cannot contain '.'`);
  if (name.startsWith('$')) throw new CommandError(40236, `The field name '${name}' cannot be an operator name`);
  const entries = isDocument(specification) ? Object.entries(specification) : [];
  const [entry] = entries;
  if (entry === undefined || !entry[0].startsWith('$'))
    throw new CommandError(40234, `The field '${name}' must be an accumulator object`);
  if (entries.length > 1) throw new CommandError(40238, `The field '${name}' must specify one accumulator`);
  return { name, use: compileAccumulator(entry[0], entry[1], context) };
}
