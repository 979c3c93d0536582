import { CommandError, failedToParse, badValue } from '../command-error.ts';
import type { MatchContext } from '../query/filter.ts';
import { cloneValue, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { compareStrings } from '../values/compare.ts';
import { readPath } from '../values/path.ts';
import { compileUpdatePipeline } from '../aggregate/update-pipeline.ts';
import { arrayOperators } from './array-operators.ts';
import { fieldOperators } from './field-operators.ts';
import { assertArrayFiltersUsed, expandPath, parseArrayFilters, type ArrayFilters } from './positional-path.ts';
import { NO_CHANGE, type FieldChange, type UpdateEnvironment, type UpdateOperator } from './update-operation.ts';
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
  const names = Object.keys(update);
  if (names[0]?.startsWith('$') !== true) return compileReplacement(update, arrayFilters);
  const filters = parseArrayFilters(arrayFilters);
  const steps = names.flatMap((operator) => compileOperator(operator, update[operator], environment));
  const renames = steps.flatMap((step) => step.target ?? []);
  assertNoConflict([...steps.map((step) => step.path), ...renames]);
  assertArrayFiltersUsed(
    steps.map((step) => step.path),
    filters,
  );
  // MongoDB processes fields in the order of their names, which decides where new fields appear.
  steps.sort((a, b) => compareStrings(a.path, b.path));
  return { kind: 'operators', apply: (document, context) => applySteps(steps, document, filters, context) };
}

function compilePipeline(update: BsonValue[], arrayFilters: BsonValue, environment: UpdateEnvironment): Update {
  if (arrayFilters !== undefined) throw failedToParse('arrayFilters may not be specified for pipeline-style updates');
  const run = compileUpdatePipeline(update, environment.now);
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
  for (const name of Object.keys(update)) {
    if (name.startsWith('$')) {
      throw new CommandError(
        52,
        `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
    }
  }
  const apply = (document: BsonDocument): BsonDocument => {
    const hasOwnId = Object.hasOwn(update, '_id') || document['_id'] === undefined;
    return hasOwnId ? { ...update } : { _id: document['_id'], ...update };
  };
  return { kind: 'replacement', apply };
}

function compileOperator(operator: string, operands: BsonValue, environment: UpdateEnvironment): Step[] {
  if (!operator.startsWith('$') || (operator !== '$rename' && !Object.hasOwn(OPERATORS, operator))) {
    throw failedToParse(
      `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  if (!isDocument(operands))
    throw failedToParse(
      `Modifiers operate on fields but we found type ${typeof operands} instead. For example: {$mod: {<field>: ...}}`,
    );
  return Object.entries(operands).map(([path, operand]) => {
    assertPath(path);
    if (operator === '$rename') return renameStep(path, operand);
    const definition = OPERATORS[operator];
    if (definition === undefined) throw failedToParse(`Unknown modifier: ${operator}`);
    return { operator, path, change: definition.parse(operand, path, environment), createsPath: definition.createsPath };
  });
}

function assertPath(path: string): void {
  const parts = path.split('.');
  if (path === '' || parts.some((part) => part === '')) {
    throw new CommandError(56, `The update path '${path}' contains an empty field name, which is not allowed.`);
  }
  if (parts[0]?.startsWith('$') === true && parts[0] !== '$') {
    throw new CommandError(52, `The dollar ($) prefixed field '${parts[0]}' in '${path}' is not valid for storage.`);
  }
  if (parts[0] === '$') throw badValue(`Cannot have positional (i.e. '$') element in the first position in path '${path}'`);
}

function renameStep(path: string, target: BsonValue): Step {
  if (typeof target !== 'string') throw badValue(`The 'to' field for $rename must be a string: ${path}`);
  assertPath(target);
  if (target === path) throw badValue(`The source and target field for $rename must differ: ${path}`);
  if (path.includes('$') || target.includes('$')) throw badValue('The source and target field for $rename may not be dynamic');
  return { operator: '$rename', path, change: () => NO_CHANGE, createsPath: false, target };
}

function assertNoConflict(paths: readonly string[]): void {
  const sorted = [...paths].sort((a, b) => compareStrings(a, b));
  const seen = new Set<string>();
  for (const path of sorted) {
    const parts = path.split('.');
    const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('.'));
    const clash = prefixes.find((prefix) => seen.has(prefix));
    if (clash !== undefined) throw new CommandError(40, `Updating the path '${path}' would create a conflict at '${clash}'`);
    seen.add(path);
  }
}

function applySteps(steps: readonly Step[], document: BsonDocument, filters: ArrayFilters, context: UpdateContext): BsonDocument {
  const changed = cloneValue(document);
  for (const step of steps) {
    if (step.operator === '$setOnInsert' && !context.isInsert) continue;
    if (step.operator === '$rename') {
      renameField(changed, step);
      continue;
    }
    for (const path of expandPath(changed, step.path, filters, context))
      changeField(changed, path, step.change, step.createsPath);
  }
  return changed;
}

function renameField(document: BsonDocument, step: Step): void {
  const value = readPath(document, step.path);
  if (value === undefined) return;
  const target = step.target ?? '';
  assertNoArrayOnPath(document, step.path, 'source');
  assertNoArrayOnPath(document, target, 'destination');
  changeField(document, step.path, () => undefined, false);
  changeField(document, target, () => value, true);
}

function assertNoArrayOnPath(document: BsonDocument, path: string, role: string): void {
  const parts = path.split('.');
  for (let length = 1; length < parts.length; length += 1) {
    if (Array.isArray(readPath(document, parts.slice(0, length).join('.')))) {
      throw badValue(`The ${role} field cannot be an array element, '${path}' in doc with an array`);
    }
  }
}
