import { CommandError, notSupported } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import type { Expression } from '../expression/expression.ts';
import { isDocument, isNumber, isOperatorDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { fieldEntries } from '../values/field-order.ts';
import { toDouble } from '../values/numeric.ts';
import { compileElementTest } from './compile-filter.ts';
import type { MatchContext, ValueTest } from './filter.ts';

export interface ProjectionOptions {
  /** `$project` knows expressions only; `find` also `$slice`, `$elemMatch` and the positional `$`. */
  readonly inPipeline: boolean;
  readonly filter: BsonDocument;
  readonly variables: ReadonlyMap<string, BsonValue>;
  readonly collation?: Collation | undefined;
}

/** A field's fate: kept, removed, computed, or handled below. */
export type Rule =
  | { readonly kind: 'keep' | 'remove' }
  | { readonly kind: 'compute'; readonly expression: Expression }
  /** `$elemMatch`: the first matching element, placed after the kept fields. */
  | { readonly kind: 'element'; readonly matches: ValueTest }
  | RuleTree;

export interface RuleTree {
  readonly kind: 'tree';
  readonly fields: Map<string, Rule>;
}

/** A change of the array at a path before the tree is applied: `$slice` and the positional `$`. */
export interface ArrayRule {
  readonly path: string;
  readonly change: (array: BsonValue[], context: MatchContext) => BsonValue[];
}

export interface ProjectionRules {
  readonly isInclusion: boolean;
  readonly tree: RuleTree;
  readonly arrayRules: readonly ArrayRule[];
}

/** Reads a projection document; throws MongoDB's error for a mixture or a form it does not know. */
export function parseProjection(specification: BsonDocument, options: ProjectionOptions): ProjectionRules {
  const parser = new ProjectionParser(options);
  parser.addAll(specification, '');
  return parser.finish();
}

class ProjectionParser {
  readonly #options: ProjectionOptions;
  readonly #tree: RuleTree = { kind: 'tree', fields: new Map() };
  readonly #arrayRules: ArrayRule[] = [];
  readonly #slicedPaths: string[] = [];
  #mode: 'include' | 'exclude' | undefined;
  #id: boolean | undefined;
  #hasPositional = false;
  #hasElemMatch = false;

  constructor(options: ProjectionOptions) {
    this.#options = options;
  }

  addAll(specification: BsonDocument, prefix: string): void {
    for (const [name, operand] of fieldEntries(specification)) this.#add(prefix, name, operand);
  }

  finish(): ProjectionRules {
    const fields = this.#tree.fields;
    const isInclusion = this.#isInclusion();
    if (isInclusion) for (const path of this.#slicedPaths) addRule(this.#tree, path, { kind: 'keep' });
    if (isInclusion && this.#id !== false && !fields.has('_id')) fields.set('_id', { kind: 'keep' });
    if (!isInclusion && this.#id === true) fields.delete('_id');
    if (!isInclusion && this.#id === false) fields.set('_id', { kind: 'remove' });
    return { isInclusion, tree: this.#tree, arrayRules: this.#arrayRules };
  }

  /** What decides where no field says it: `$elemMatch` includes, `$slice` alone excludes nothing, else `_id` itself. */
  #isInclusion(): boolean {
    if (this.#mode !== undefined) return this.#mode === 'include';
    if (this.#slicedPaths.length === 0 && this.#hasElemMatch) return true;
    return this.#id === true;
  }

  #add(prefix: string, name: string, operand: BsonValue): void {
    const path = `${prefix}${name}`;
    if (isPositional(path)) {
      this.#addPositional(prefix, name, operand);
      return;
    }
    assertFieldPath(path);
    if (isDocument(operand)) this.#addDocument(path, operand);
    else if (typeof operand === 'boolean' || isNumber(operand))
      this.#addFlag(path, operand === true || (isNumber(operand) && toDouble(operand) !== 0));
    else this.#addComputed(path, operand, 31310);
  }

  #addFlag(path: string, isKept: boolean): void {
    if (path === '_id') {
      if (this.#id !== undefined) throw new CommandError(31250, 'Path collision at _id');
      this.#id = isKept;
      if (!isKept) return;
    } else this.#setMode(isKept ? 'include' : 'exclude', path);
    addRule(this.#tree, path, { kind: isKept ? 'keep' : 'remove' });
  }

  #setMode(mode: 'include' | 'exclude', path: string): void {
    if (this.#mode !== undefined && this.#mode !== mode) {
      throw mode === 'include'
        ? new CommandError(31253, `Cannot do inclusion on field ${path} in exclusion projection`)
        : new CommandError(31254, `Cannot do exclusion on field ${path} in inclusion projection`);
    }
    this.#mode = mode;
  }

  #addDocument(path: string, operand: BsonDocument): void {
    const names = Object.keys(operand);
    const [operator] = names;
    if (operator === undefined)
      throw new CommandError(51270, 'An empty sub-projection is not a valid value. Found empty object at path');
    if (!operator.startsWith('$')) {
      this.addAll(operand, `${path}.`);
      return;
    }
    if (names.length > 1)
      throw new CommandError(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField.`);
    if (operator === '$meta') throw notSupported('$meta in a projection');
    if (operator === '$elemMatch') this.#addElemMatch(path, operand['$elemMatch']);
    else if (operator === '$slice' && !this.#options.inPipeline) this.#addSlice(path, operand);
    else this.#addComputed(path, operand, 31252);
  }

  #addComputed(path: string, operand: BsonValue, codeInExclusion: number): void {
    if (this.#mode === 'exclude')
      throw new CommandError(codeInExclusion, `Cannot use an expression ${path} in an exclusion projection`);
    const expression = compileUnlessUnknown(operand, this.#options);
    this.#mode = 'include';
    addRule(this.#tree, path, { kind: 'compute', expression });
  }

  /** A number or two numbers are `find`'s `$slice`; anything else is the expression of that name. */
  #addSlice(path: string, operand: BsonDocument): void {
    const argument = operand['$slice'];
    const numbers = (Array.isArray(argument) ? argument : [argument]).map((item) =>
      isNumber(item) ? Math.trunc(toDouble(item)) : undefined,
    );
    const [first, count] = numbers;
    const isPair = Array.isArray(argument);
    const isFindForm = first !== undefined && numbers.length === (isPair ? 2 : 1) && (!isPair || (count ?? 0) > 0);
    if (!isFindForm) {
      this.#addComputed(path, operand, 31252);
      return;
    }
    const change = (array: BsonValue[]): BsonValue[] => {
      if (count === undefined) return first < 0 ? array.slice(first) : array.slice(0, first);
      const start = first < 0 ? Math.max(0, array.length + first) : first;
      return array.slice(start, start + count);
    };
    this.#assertFree(path);
    this.#slicedPaths.push(path);
    this.#arrayRules.push({ path, change });
  }

  #addElemMatch(path: string, operand: BsonValue): void {
    if (this.#options.inPipeline) throw new CommandError(168, 'Cannot use $elemMatch in this context');
    if (!isDocument(operand)) throw new CommandError(31274, 'elemMatch: Invalid argument, object required');
    if (this.#hasPositional) throw new CommandError(31255, 'Cannot specify positional operator and $elemMatch.');
    if (path.includes('.')) throw new CommandError(31275, 'Cannot use $elemMatch projection on a nested field.');
    const matches = compileElementTest(operand, { collation: this.#options.collation, variables: this.#options.variables });
    this.#hasElemMatch = true;
    addRule(this.#tree, path, { kind: 'element', matches });
  }

  #addPositional(prefix: string, name: string, operand: BsonValue): void {
    if (this.#options.inPipeline) throw new CommandError(31324, 'Cannot use positional projection in aggregation projection');
    if (isDocument(operand))
      throw new CommandError(31271, 'positional projection cannot be used with an expression or sub object');
    if (typeof operand !== 'boolean' && !isNumber(operand))
      throw new CommandError(31308, 'positional projection cannot be used with a literal');
    if (operand === false || (isNumber(operand) && toDouble(operand) === 0))
      throw new CommandError(31395, 'positional projection cannot be used with exclusion');
    if (this.#hasPositional) throw new CommandError(31276, 'Cannot specify more than one positional projection per query.');
    if (this.#hasElemMatch) throw new CommandError(31256, 'Cannot specify positional operator and $elemMatch.');
    const path = positionalTarget(prefix, name);
    if (!mentionsField(this.#options.filter, path.split('.')[0] ?? ''))
      throw new CommandError(31277, `Positional projection '${path}.$' does not match the query document.`);
    this.#hasPositional = true;
    this.#setMode('include', path);
    addRule(this.#tree, path, { kind: 'keep' });
    this.#arrayRules.push({ path, change: matchedElement });
  }

  #assertFree(path: string): void {
    if (this.#slicedPaths.includes(path) || this.#tree.fields.has(path))
      throw new CommandError(31250, `Path collision at ${path}`);
  }
}

const isPositional = (path: string): boolean => path === '$' || path.endsWith('.$') || path.includes('.$.');

function positionalTarget(prefix: string, name: string): string {
  const path = `${prefix}${name}`;
  if (path.endsWith('.$.')) throw new CommandError(31270, "Path cannot end with '.$.'");
  const end = path.search(/\.\$(?:\.|$)/);
  if (end < 0) throw new CommandError(16410, "FieldPath field names may not start with '$'.");
  if (path.slice(end + 2) !== '') {
    throw isPositional(path.slice(end + 2))
      ? new CommandError(31287, `Cannot use positional operator twice: ${path}`)
      : new CommandError(31394, 'As of 4.4, it is illegal to specify positional operator in the middle of a path.');
  }
  return path.slice(0, end);
}

function matchedElement(array: BsonValue[], context: MatchContext): BsonValue[] {
  const index = context.arrayIndex;
  if (index === undefined || index >= array.length)
    throw new CommandError(51246, "Executor error during find command :: caused by :: positional operator '.$' element mismatch");
  return array.slice(index, index + 1);
}

/** Whether a condition of the filter concerns a field or something below it. */
function mentionsField(filter: BsonDocument, field: string): boolean {
  return Object.entries(filter).some(([name, operand]) => {
    if (!name.startsWith('$')) return name.split('.')[0] === field;
    return Array.isArray(operand) && operand.some((branch) => isDocument(branch) && mentionsField(branch, field));
  });
}

function assertFieldPath(path: string): void {
  const parts = path.split('.');
  if (path === '') throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
  if (path.endsWith('.')) throw new CommandError(40353, "FieldPath must not end with a '.'.");
  if (parts.includes('')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  if (parts.some((part) => part.startsWith('$')))
    throw new CommandError(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
}

/** In a projection an unknown operator has a code of its own. */
function compileUnlessUnknown(operand: BsonValue, options: ProjectionOptions): Expression {
  const [name = ''] = isOperatorDocument(operand) ? Object.keys(operand) : [];
  try {
    return compileExpression(operand, options);
  } catch (error) {
    if (error instanceof CommandError && error.code === 168 && error.message.includes(`'${name}'`) && name !== '')
      throw new CommandError(31325, `Unknown expression ${name}`);
    throw error;
  }
}

/** Adds a rule at a dotted path; throws when one path lies within another. */
export function addRule(tree: RuleTree, path: string, rule: Rule): void {
  const parts = path.split('.');
  let node = tree;
  for (const [depth, part] of parts.slice(0, -1).entries()) {
    const next = node.fields.get(part) ?? { kind: 'tree', fields: new Map<string, Rule>() };
    if (next.kind !== 'tree')
      throw new CommandError(31249, `Path collision at ${path} remaining portion ${parts.slice(depth + 1).join('.')}`);
    node.fields.set(part, next);
    node = next;
  }
  const leaf = parts.at(-1) ?? '';
  if (node.fields.has(leaf)) throw new CommandError(31250, `Path collision at ${path}`);
  node.fields.set(leaf, rule);
}
