import { CommandError, notSupported } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import type { Expression } from '../expression/expression.ts';
import {
  getField,
  isDocument,
  isNumber,
  isOperatorDocument,
  setField,
  type BsonDocument,
  type BsonValue,
} from '../values/bson-value.ts';
import { toDouble, toInteger } from '../values/numeric.ts';
import type { MatchContext, ValueTest } from './filter.ts';
import { compileElementTest } from './compile-filter.ts';

export type Projection = (document: BsonDocument, context: MatchContext) => BsonDocument;

export interface ProjectionOptions {
  /** `$project` knows expressions only; `find` also `$slice`, `$elemMatch` and the positional `$`. */
  readonly inPipeline: boolean;
  readonly filter: BsonDocument;
  readonly variables: ReadonlyMap<string, BsonValue>;
}

/** A field's fate: kept, removed, computed, or handled below. */
type Rule = { readonly kind: 'keep' | 'remove' } | { readonly kind: 'compute'; readonly expression: Expression } | RuleTree;
interface RuleTree {
  readonly kind: 'tree';
  readonly fields: Map<string, Rule>;
}

interface ArrayRule {
  readonly path: string;
  readonly change: (array: BsonValue[], context: MatchContext) => BsonValue[] | undefined;
}

/** Compiles a projection; mixing inclusion and exclusion is refused as by MongoDB. */
export function compileProjection(specification: BsonDocument, options: ProjectionOptions): Projection {
  const builder = new ProjectionBuilder(options);
  builder.addAll(specification, '');
  return builder.build();
}

/** Removes dotted paths, going through arrays. */
export function removeFields(document: BsonDocument, paths: readonly string[]): BsonDocument {
  const tree: RuleTree = { kind: 'tree', fields: new Map() };
  for (const path of paths) addRule(tree, path, { kind: 'remove' });
  return exclude(document, tree);
}

class ProjectionBuilder {
  readonly #options: ProjectionOptions;
  readonly #tree: RuleTree = { kind: 'tree', fields: new Map() };
  readonly #arrayRules: ArrayRule[] = [];
  #mode: 'include' | 'exclude' | undefined;
  #id: boolean | undefined;

  constructor(options: ProjectionOptions) {
    this.#options = options;
  }

  addAll(specification: BsonDocument, prefix: string): void {
    for (const [name, operand] of Object.entries(specification)) this.#add(`${prefix}${name}`, operand);
  }

  build(): Projection {
    const includes = this.#mode === 'include' || (this.#mode === undefined && this.#id === true);
    if (this.#id !== undefined && this.#id !== includes) this.#tree.fields.delete('_id');
    if (includes && this.#id !== false && !this.#tree.fields.has('_id')) this.#tree.fields.set('_id', { kind: 'keep' });
    if (!includes && this.#id === false) this.#tree.fields.set('_id', { kind: 'remove' });
    const { variables } = this.#options;
    return (document, context) => {
      const whole = this.#applyArrayRules(document, context);
      const root = includes ? include(whole, this.#tree, { root: document, variables }) : exclude(whole, this.#tree);
      return root;
    };
  }

  #applyArrayRules(document: BsonDocument, context: MatchContext): BsonDocument {
    return this.#arrayRules.reduce(
      (result, rule) => changeArray(result, rule.path.split('.'), (array) => rule.change(array, context)),
      document,
    );
  }

  #add(path: string, operand: BsonValue): void {
    if (path === '' || path.split('.').includes(''))
      throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
    if (path.endsWith('.$')) {
      this.#addPositional(path.slice(0, -2));
      return;
    }
    if (path.split('.').some((part) => part.startsWith('$')))
      throw new CommandError(16410, "FieldPath field names may not start with '$'.");
    if (isDocument(operand)) this.#addDocument(path, operand);
    else if (typeof operand === 'boolean' || isNumber(operand))
      this.#addFlag(path, operand === true || (isNumber(operand) && toDouble(operand) !== 0));
    else this.#addComputed(path, operand);
  }

  #addFlag(path: string, isKept: boolean): void {
    if (path === '_id') {
      this.#id = isKept;
      if (!isKept) return;
    } else this.#setMode(isKept ? 'include' : 'exclude', path);
    if (path !== '_id' || isKept) addRule(this.#tree, path, { kind: isKept ? 'keep' : 'remove' });
  }

  #setMode(mode: 'include' | 'exclude', path: string): void {
    if (this.#mode !== undefined && this.#mode !== mode) {
      const [code, here, there] = mode === 'include' ? [31253, 'inclusion', 'exclusion'] : [31254, 'exclusion', 'inclusion'];
      throw new CommandError(Number(code), `Cannot do ${here} on field ${path} in ${there} projection`);
    }
    this.#mode = mode;
  }

  #addDocument(path: string, operand: BsonDocument): void {
    const [operator] = Object.keys(operand);
    if (operator === undefined)
      throw new CommandError(51270, 'An empty sub-projection is not a valid value. Found empty object at path');
    if (!isOperatorDocument(operand)) {
      this.addAll(operand, `${path}.`);
      return;
    }
    const isFindOnly = operator === '$slice' || operator === '$elemMatch' || operator === '$meta';
    if (!isFindOnly) this.#addComputed(path, operand);
    else if (this.#options.inPipeline || operator === '$meta') throw notSupported(`${operator} in this projection`);
    else if (operator === '$slice') this.#addSlice(path, operand['$slice']);
    else this.#addElemMatch(path, operand['$elemMatch']);
  }

  #addComputed(path: string, operand: BsonValue): void {
    if (this.#mode === 'exclude') throw new CommandError(31252, `Cannot use an expression ${path} in an exclusion projection`);
    if (path !== '_id') this.#mode = 'include';
    addRule(this.#tree, path, { kind: 'compute', expression: compileExpression(operand) });
    if (path === '_id') this.#id = true;
  }

  #addSlice(path: string, operand: BsonValue): void {
    const numbers = (Array.isArray(operand) ? operand : [operand]).map((item) => {
      const integer = isNumber(item) ? toInteger(item) : undefined;
      if (integer === undefined) throw new CommandError(28724, 'First argument to $slice must be a whole number');
      return Number(integer);
    });
    const [first = 0, count] = numbers;
    if (numbers.length > 2 || (Array.isArray(operand) && (count === undefined || count <= 0))) {
      throw new CommandError(28724, '$slice takes a number, or a position and a positive count');
    }
    const slice = (array: BsonValue[]): BsonValue[] => {
      if (count === undefined) return first < 0 ? array.slice(first) : array.slice(0, first);
      const start = first < 0 ? Math.max(0, array.length + first) : first;
      return array.slice(start, start + count);
    };
    this.#arrayRules.push({ path, change: slice });
    if (this.#mode === 'include') addRule(this.#tree, path, { kind: 'keep' });
  }

  #addElemMatch(path: string, operand: BsonValue): void {
    if (path.includes('.')) throw new CommandError(31275, `Cannot use $elemMatch projection on a nested field`);
    const matches: ValueTest = compileElementTest(operand);
    this.#setMode('include', path);
    addRule(this.#tree, path, { kind: 'keep' });
    const first = (array: BsonValue[]): BsonValue[] | undefined => {
      const index = array.findIndex(matches);
      return index < 0 ? undefined : [array[index]];
    };
    this.#arrayRules.push({ path, change: first });
  }

  #addPositional(path: string): void {
    if (this.#options.inPipeline) throw new CommandError(31324, 'positional projection is not supported in aggregation');
    this.#setMode('include', path);
    addRule(this.#tree, path, { kind: 'keep' });
    const matched = (array: BsonValue[], context: MatchContext): BsonValue[] => {
      const index = context.arrayIndex;
      if (index === undefined)
        throw new CommandError(51246, 'Executor error during find command :: caused by :: positional operator element mismatch');
      return array.slice(index, index + 1);
    };
    this.#arrayRules.push({ path, change: matched });
  }
}

function addRule(tree: RuleTree, path: string, rule: Rule): void {
  const parts = path.split('.');
  let node = tree;
  for (const part of parts.slice(0, -1)) {
    const next = node.fields.get(part) ?? { kind: 'tree', fields: new Map<string, Rule>() };
    if (next.kind !== 'tree') throw new CommandError(31249, `Path collision at ${path}`);
    node.fields.set(part, next);
    node = next;
  }
  const leaf = parts.at(-1) ?? '';
  const present = node.fields.get(leaf);
  if (present?.kind === 'tree') throw new CommandError(31250, `Path collision at ${path}`);
  node.fields.set(leaf, rule);
}

interface ComputeScope {
  readonly root: BsonDocument;
  readonly variables: ReadonlyMap<string, BsonValue>;
}

/** Kept fields stay in the document's order; computed ones follow in the projection's order. */
function include(document: BsonDocument, tree: RuleTree, scope: ComputeScope): BsonDocument {
  const result: BsonDocument = {};
  for (const name of Object.keys(document)) {
    const rule = tree.fields.get(name);
    if (rule?.kind === 'keep') setField(result, name, getField(document, name));
    else if (rule?.kind === 'tree') setOrSkip(result, name, includeBelow(getField(document, name), rule, scope));
  }
  for (const [name, rule] of tree.fields) {
    if (rule.kind === 'compute') setOrSkip(result, name, rule.expression(scope));
    else if (rule.kind === 'tree' && hasComputed(rule) && getField(result, name) === undefined) {
      setField(result, name, include({}, rule, scope));
    }
  }
  return result;
}

function includeBelow(value: BsonValue, tree: RuleTree, scope: ComputeScope): BsonValue {
  if (Array.isArray(value)) return value.map((item) => includeBelow(item, tree, scope)).filter((item) => item !== undefined);
  if (isDocument(value)) return include(value, tree, scope);
  return hasComputed(tree) ? include({}, tree, scope) : undefined;
}

const hasComputed = (tree: RuleTree): boolean =>
  [...tree.fields.values()].some((rule) => rule.kind === 'compute' || (rule.kind === 'tree' && hasComputed(rule)));

function exclude(document: BsonDocument, tree: RuleTree): BsonDocument {
  const result: BsonDocument = {};
  for (const name of Object.keys(document)) {
    const rule = tree.fields.get(name);
    if (rule?.kind === 'remove') continue;
    const value = getField(document, name);
    setField(result, name, rule?.kind === 'tree' ? excludeBelow(value, rule) : value);
  }
  return result;
}

function excludeBelow(value: BsonValue, tree: RuleTree): BsonValue {
  if (Array.isArray(value)) return value.map((item) => excludeBelow(item, tree));
  return isDocument(value) ? exclude(value, tree) : value;
}

function setOrSkip(document: BsonDocument, name: string, value: BsonValue): void {
  if (value !== undefined) setField(document, name, value);
}

function changeArray(
  document: BsonDocument,
  path: readonly string[],
  change: (array: BsonValue[]) => BsonValue[] | undefined,
): BsonDocument {
  const [name = '', ...rest] = path;
  const value = getField(document, name);
  const copy = { ...document };
  if (rest.length === 0) {
    if (!Array.isArray(value)) return document;
    const changed = change(value);
    if (changed === undefined) delete copy[name];
    else setField(copy, name, changed);
  } else if (Array.isArray(value)) {
    setField(
      copy,
      name,
      value.map((item) => (isDocument(item) ? changeArray(item, rest, change) : item)),
    );
  } else if (isDocument(value)) setField(copy, name, changeArray(value, rest, change));
  return copy;
}
