import { getField, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { fieldNames, setField } from '../values/field-order.ts';
import type { MatchContext } from './filter.ts';
import { addRule, parseProjection, type ProjectionOptions, type Rule, type RuleTree } from './projection-rules.ts';

export type Projection = (document: BsonDocument, context: MatchContext) => BsonDocument;

/** Compiles a projection; mixing inclusion and exclusion is refused as by MongoDB. */
export function compileProjection(specification: BsonDocument, options: ProjectionOptions): Projection {
  const { isInclusion, tree, arrayRules } = parseProjection(specification, options);
  const { variables } = options;
  const changes = arrayRules.map(({ path, change }) => ({ path: path.split('.'), change }));
  return (document, context) => {
    const whole = changes.reduce(
      (result, { path, change }) => changeArray(result, path, (array) => change(array, context)),
      document,
    );
    return isInclusion ? include(whole, tree, { root: document, variables }) : exclude(whole, tree);
  };
}

/** Removes dotted paths, going through arrays. */
export function removeFields(document: BsonDocument, paths: readonly string[]): BsonDocument {
  const tree: RuleTree = { kind: 'tree', fields: new Map() };
  for (const path of paths) addRule(tree, path, { kind: 'remove' });
  return exclude(document, tree);
}

interface ComputeScope {
  readonly root: BsonDocument;
  readonly variables: ReadonlyMap<string, BsonValue>;
}

/** Kept fields stay in the document's order; computed ones follow in the projection's order. */
function include(document: BsonDocument, tree: RuleTree, scope: ComputeScope): BsonDocument {
  const result: BsonDocument = {};
  for (const name of fieldNames(document)) {
    const rule = tree.fields.get(name);
    if (rule?.kind === 'keep') setField(result, name, getField(document, name));
    else if (rule?.kind === 'tree') setOrSkip(result, name, includeBelow(getField(document, name), rule, scope));
  }
  for (const [name, rule] of tree.fields) {
    if (rule.kind === 'compute') setOrSkip(result, name, rule.expression(scope));
    else if (rule.kind === 'element') setOrSkip(result, name, firstMatching(getField(document, name), rule.matches));
    else if (rule.kind === 'tree' && hasComputed(rule) && getField(result, name) === undefined)
      setField(result, name, include({}, rule, scope));
  }
  return result;
}

function firstMatching(value: BsonValue, matches: (item: BsonValue) => boolean): BsonValue {
  const found = Array.isArray(value) ? value.findIndex(matches) : -1;
  return Array.isArray(value) && found >= 0 ? [value[found]] : undefined;
}

function includeBelow(value: BsonValue, tree: RuleTree, scope: ComputeScope): BsonValue {
  if (Array.isArray(value)) return value.map((item) => includeBelow(item, tree, scope)).filter((item) => item !== undefined);
  if (isDocument(value)) return include(value, tree, scope);
  return hasComputed(tree) ? include({}, tree, scope) : undefined;
}

const hasComputed = (tree: RuleTree): boolean =>
  [...tree.fields.values()].some((rule: Rule) => rule.kind === 'compute' || (rule.kind === 'tree' && hasComputed(rule)));

function exclude(document: BsonDocument, tree: RuleTree): BsonDocument {
  const result: BsonDocument = {};
  for (const name of fieldNames(document)) {
    const rule = tree.fields.get(name);
    if (rule?.kind === 'remove') continue;
    const value = getField(document, name);
    // `$elemMatch` within an exclusion, which only `$slice` beside it makes possible, still comes last.
    if (rule?.kind !== 'element') setField(result, name, rule?.kind === 'tree' ? excludeBelow(value, rule) : value);
  }
  for (const [name, rule] of tree.fields)
    if (rule.kind === 'element') setOrSkip(result, name, firstMatching(getField(document, name), rule.matches));
  return result;
}

function excludeBelow(value: BsonValue, tree: RuleTree): BsonValue {
  if (Array.isArray(value)) return value.map((item) => excludeBelow(item, tree));
  return isDocument(value) ? exclude(value, tree) : value;
}

function setOrSkip(document: BsonDocument, name: string, value: BsonValue): void {
  if (value !== undefined) setField(document, name, value);
}

function changeArray(document: BsonDocument, path: readonly string[], change: (array: BsonValue[]) => BsonValue[]): BsonDocument {
  const [name = '', ...rest] = path;
  const value = getField(document, name);
  const changed = changeBelow(value, rest, change);
  if (changed === value) return document;
  const copy = { ...document };
  setField(copy, name, changed);
  return copy;
}

function changeBelow(value: BsonValue, rest: readonly string[], change: (array: BsonValue[]) => BsonValue[]): BsonValue {
  if (rest.length === 0) return Array.isArray(value) ? change(value) : value;
  if (Array.isArray(value)) return value.map((item) => (isDocument(item) ? changeArray(item, rest, change) : item));
  return isDocument(value) ? changeArray(value, rest, change) : value;
}
