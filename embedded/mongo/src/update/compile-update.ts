import { CommandError, failedToParse, badValue } from '../command-error.ts';
import type { MatchContext } from '../query/filter.ts';
import { bsonTypeName, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { cloneValue, fieldEntries, fieldNames } from '../values/field-order.ts';
import { compileDocumentPipeline } from '../aggregate/update-pipeline.ts';
import { arrayOperators } from './array-operators.ts';
import { fieldOperators } from './field-operators.ts';
import { assertArrayFiltersUsed, expandPath, isPositional, parseArrayFilters, type ArrayFilters } from './positional-path.ts';
import { renameField, renameTarget } from './rename-operator.ts';
import { NO_CHANGE, type FieldChange, type UpdateEnvironment, type UpdateOperator } from './update-operation.ts';
import { assertNoConflict, assertStorableName, assertUpdatePath, compareUpdatePaths } from './update-path.ts';
import { changeField } from './write-path.ts';

export interface UpdateContext extends MatchContext {
  /** True when the document is being made by an upsert, so that `$setOnInsert` applies. */
  readonly isInsert: boolean;
}

export interface Update {
  readonly kind: 'operators' | 'replacement' | 'pipeline';
  /** The changed document; the given one stays as it is. */
  apply(document: BsonDocument, context: UpdateContext): BsonDocument;
}

interface Step {
  readonly operator: string;
  readonly path: string;
  readonly change: FieldChange;
  readonly createsPath: boolean;
  /** Where `$rename` moves the field. */
  readonly target?: string;
}

const OPERATORS: Readonly<Record<string, UpdateOperator>> = { ...fieldOperators, ...arrayOperators };

/** Compiles the `u` of an update statement: operators, a replacement document or a pipeline. */
export function compileUpdate(update: BsonValue, arrayFilters: BsonValue, environment: UpdateEnvironment): Update {
  if (Array.isArray(update)) return compilePipeline(update, arrayFilters, environment);
  if (!isDocument(update)) throw failedToParse('Update argument must be either an object or an array');
  if (environment.hasConstants === true)
    throw new CommandError(51198, 'Constant values may only be specified for pipeline updates');
  const names = fieldNames(update);
  if (names[0]?.startsWith('$') !== true) return compileReplacement(update, arrayFilters);
  const filters = parseArrayFilters(arrayFilters, environment);
  const steps = names.flatMap((operator) => compileOperator(operator, update[operator], environment));
  assertNoConflict([...steps.map((step) => step.path), ...steps.flatMap((step) => step.target ?? [])]);
  assertArrayFiltersUsed(
    steps.map((step) => step.path),
    filters,
  );
  // MongoDB processes fields in the order of their names, which decides where new fields appear.
  steps.sort((a, b) => compareUpdatePaths(a.path, b.path));
  return { kind: 'operators', apply: (document, context) => applySteps(steps, document, filters, context) };
}

function compilePipeline(update: BsonValue[], arrayFilters: BsonValue, environment: UpdateEnvironment): Update {
  if (arrayFilters !== undefined) throw failedToParse('arrayFilters may not be specified for pipeline-style updates');
  const { collation, variables = new Map<string, BsonValue>() } = environment;
  const run = compileDocumentPipeline(update, { collation, variables: new Map([['NOW', environment.now], ...variables]) });
  const apply = (document: BsonDocument): BsonDocument => {
    const result = run(cloneValue(document));
    return result['_id'] === undefined && document['_id'] !== undefined ? { _id: document['_id'], ...result } : result;
  };
  return { kind: 'pipeline', apply };
}

function compileReplacement(update: BsonDocument, arrayFilters: BsonValue): Update {
  if (arrayFilters !== undefined && Array.isArray(arrayFilters) && arrayFilters.length > 0) {
    throw failedToParse('arrayFilters may not be specified for replacement-style updates');
  }
  const dollar = fieldNames(update).find((name) => name.startsWith('$'));
  if (dollar !== undefined) {
    throw new CommandError(
      52,
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
  const apply = (document: BsonDocument): BsonDocument => {
    const hasOwnId = Object.hasOwn(update, '_id') || document['_id'] === undefined;
    return hasOwnId ? { ...update } : { _id: document['_id'], ...update };
  };
  return { kind: 'replacement', apply };
}

function compileOperator(operator: string, operands: BsonValue, environment: UpdateEnvironment): Step[] {
  const definition = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (definition === undefined && operator !== '$rename') {
    throw failedToParse(
      `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  if (!isDocument(operands))
    throw failedToParse(
      `Modifiers operate on fields but we found type ${bsonTypeName(operands)} instead. For example: {$mod: {<field>: ...}} not {${operator}: ...}`,
    );
  return fieldEntries(operands).map(([path, operand]) => {
    assertUpdatePath(path);
    if (definition === undefined) {
      const target = renameTarget(path, operand);
      return { operator, path, change: () => NO_CHANGE, createsPath: false, target };
    }
    return { operator, path, change: definition.parse(operand, path, environment), createsPath: definition.createsPath };
  });
}

interface Change {
  readonly step: Step;
  readonly path: string;
}

function applySteps(steps: readonly Step[], document: BsonDocument, filters: ArrayFilters, context: UpdateContext): BsonDocument {
  const changed = cloneValue(document);
  const active = steps.filter((step) => step.operator !== '$setOnInsert' || context.isInsert);
  for (const { step, path } of concreteChanges(active, changed, filters, context)) {
    if (!context.isInsert && step.createsPath) assertStorableName(path);
    if (!context.isInsert && step.target !== undefined) assertStorableName(step.target);
    if (step.target !== undefined) renameField(changed, path, step.target);
    else changeField(changed, path, step.change, step.createsPath);
  }
  return changed;
}

/** Positional paths may meet only in the document at hand: two that reach the same element are a conflict. */
function concreteChanges(
  steps: readonly Step[],
  document: BsonDocument,
  filters: ArrayFilters,
  context: UpdateContext,
): Change[] {
  if (!steps.some((step) => isPositional(step.path))) return steps.map((step) => ({ step, path: step.path }));
  const changes = steps.flatMap((step) => expandPath(document, step.path, filters, context).map((path) => ({ step, path })));
  assertNoConflict(changes.map((change) => change.path));
  if (changes.some((change) => change.path === '')) throw badValue('an update path is empty');
  return changes.sort((a, b) => compareUpdatePaths(a.path, b.path));
}
