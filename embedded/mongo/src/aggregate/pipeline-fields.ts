import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';
import type { StageSource } from './stage.ts';

/**
 * The top-level fields a pipeline reads of its documents, so that only they need to be decoded; undefined when it may need all,
 * as when the documents themselves are its result.
 */
export function neededFields(
  filter: BsonDocument,
  sort: BsonValue,
  stages: readonly StageSource[],
): ReadonlySet<string> | undefined {
  const fields = new FieldSet();
  fields.addFilter(filter);
  if (isDocument(sort)) fields.addPaths(Object.keys(sort));
  for (const { name, operand } of stages) {
    const isLast = addStage(fields, name, operand);
    if (fields.needsAll || isLast === undefined) return undefined;
    if (isLast) return fields.names;
  }
  return undefined;
}

/** True when nothing behind the stage can see more of the documents; undefined for stages that are not looked into. */
function addStage(fields: FieldSet, name: string, operand: BsonValue): boolean | undefined {
  switch (name) {
    case '$group':
    case '$bucket':
    case '$bucketAuto':
    case '$sortByCount':
    case '$replaceRoot':
    case '$replaceWith':
      fields.addExpression(operand);
      return true;
    case '$count':
      return true;
    case '$project':
      return addProjection(fields, operand);
    case '$addFields':
    case '$set':
      fields.addExpression(operand);
      return false;
    case '$match':
      if (isDocument(operand)) fields.addFilter(operand);
      return false;
    case '$sort':
      if (isDocument(operand)) fields.addPaths(Object.keys(operand));
      return false;
    case '$unwind':
      fields.addExpression(isDocument(operand) ? operand['path'] : operand);
      return false;
    case '$skip':
    case '$limit':
    case '$unset':
      return false;
    default:
      return undefined;
  }
}

/** An inclusion hides everything else from what follows; an exclusion does not. */
function addProjection(fields: FieldSet, operand: BsonValue): boolean {
  if (!isDocument(operand)) return false;
  fields.addExpression(operand);
  const entries = Object.entries(operand);
  const isExclusion = entries.every(([name, value]) => isFalse(value) || (name === '_id' && entries.length > 1));
  if (isExclusion) return false;
  fields.addPaths(['_id', ...entries.map(([name]) => name)]);
  return true;
}

const isFalse = (value: BsonValue): boolean => value === false || (isNumber(value) && toDouble(value) === 0);

class FieldSet {
  readonly names = new Set<string>();
  needsAll = false;

  addPaths(paths: readonly string[]): void {
    for (const path of paths) this.names.add(path.split('.')[0] ?? '');
  }

  addFilter(filter: BsonDocument): void {
    for (const [name, operand] of Object.entries(filter)) {
      if (name === '$expr') this.addExpression(operand);
      else if (name === '$and' || name === '$or' || name === '$nor') this.#addBranches(operand);
      else if (name === '$comment') continue;
      else if (name.startsWith('$')) this.needsAll = true;
      else this.addPaths([name]);
    }
  }

  #addBranches(operand: BsonValue): void {
    if (Array.isArray(operand)) for (const branch of operand) if (isDocument(branch)) this.addFilter(branch);
  }

  /** Every string that could be a path counts, also one that turns out to be a literal. */
  addExpression(operand: BsonValue): void {
    if (typeof operand === 'string') this.#addText(operand);
    else if (Array.isArray(operand)) for (const item of operand) this.addExpression(item);
    else if (isDocument(operand)) for (const [name, item] of Object.entries(operand)) this.#addNamed(name, item);
  }

  #addNamed(name: string, operand: BsonValue): void {
    // The name of the field is computed, so that it can be any.
    if (name === '$getField') this.needsAll = true;
    if (name === 'sortBy' && isDocument(operand)) this.addPaths(Object.keys(operand));
    this.addExpression(operand);
  }

  #addText(text: string): void {
    const [, marks = '', name = ''] = /^(\$\$?)([^.]*)/.exec(text) ?? [];
    if (marks === '$') this.names.add(name);
    if (marks !== '$$' || (name !== 'ROOT' && name !== 'CURRENT')) return;
    const [, field] = text.split('.');
    if (field === undefined) this.needsAll = true;
    else this.names.add(field);
  }
}

const RANDOM = new Set(['$rand', '$sample', '$sampleRate']);

/** False for a pipeline that may give something else when it runs again over the same documents. */
export const isRepeatable = (stages: readonly StageSource[]): boolean =>
  !stages.some(({ name, operand }) => RANDOM.has(name) || mentionsRandom(operand));

function mentionsRandom(value: BsonValue): boolean {
  if (Array.isArray(value)) return value.some(mentionsRandom);
  return isDocument(value) && Object.entries(value).some(([name, item]) => RANDOM.has(name) || mentionsRandom(item));
}
