import { Long } from 'bson';
import { CommandError, failedToParse } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import type { Expression } from '../expression/expression.ts';
import { pathParts } from '../expression/field-path.ts';
import { int64Of } from '../expression/number-argument.ts';
import { ValueSet } from '../expression/value-set.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Filter } from '../query/filter.ts';
import { bsonTypeName, isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { spreadPath } from '../values/path.ts';
import { readerOf } from './collection-access.ts';
import { withField } from './field-stages.ts';
import type { EqualityFinder, StageCompiler, StageEnvironment } from './stage.ts';

interface GraphLookup {
  readonly from: string;
  readonly as: readonly string[];
  readonly startWith: Expression;
  readonly connectFromField: string;
  readonly connectToField: string;
  readonly maxDepth: number;
  readonly depthField: readonly string[] | undefined;
  readonly isAdmitted: Filter;
}

/** `$graphLookup`: follows references from document to document, breadth first. */
export const graphLookupStage: StageCompiler = (operand, environment) => {
  const lookup = parseGraphLookup(operand, environment);
  const reader = readerOf(environment, '$graphLookup');
  const { variables, collation } = environment;
  return function* (documents) {
    const find = reader.finder(lookup.from, lookup.connectToField, environment);
    for (const document of documents) {
      const start = lookup.startWith({ root: document, variables });
      const first = Array.isArray(start) ? start : [start ?? null];
      const seen = { documents: new ValueSet(), values: new ValueSet(collation) };
      yield withField(document, lookup.as, [...walk(lookup, find, first, seen)]);
    }
  };
};

interface Seen {
  /** The `_id` of documents found. */
  readonly documents: ValueSet;
  /** Values already followed. */
  readonly values: ValueSet;
}

function* walk(lookup: GraphLookup, find: EqualityFinder, start: readonly BsonValue[], seen: Seen): Generator<BsonDocument> {
  const { isAdmitted, depthField, connectFromField, maxDepth } = lookup;
  let frontier = start.filter((value) => seen.values.add(value));
  for (let depth = 0; frontier.length > 0 && depth <= maxDepth; depth += 1) {
    const next: BsonValue[] = [];
    for (const found of find(frontier)) {
      if (!isAdmitted(found) || !seen.documents.add(found['_id'])) continue;
      yield depthField === undefined ? found : withField(found, depthField, Long.fromNumber(depth));
      for (const value of spreadPath(found, connectFromField))
        if (value !== undefined && seen.values.add(value)) next.push(value);
    }
    frontier = next;
  }
}

const REQUIRED = ['from', 'as', 'startWith', 'connectFromField', 'connectToField'] as const;
const OPTIONAL = ['maxDepth', 'depthField', 'restrictSearchWithMatch'];

function parseGraphLookup(operand: BsonValue, environment: StageEnvironment): GraphLookup {
  if (!isDocument(operand))
    throw failedToParse(`the $graphLookup stage specification must be an object, but found ${bsonTypeName(operand)}`);
  const unknown = Object.keys(operand).find((name) => !OPTIONAL.includes(name) && !REQUIRED.some((known) => known === name));
  if (unknown !== undefined) throw new CommandError(40104, `Unknown argument to $graphLookup: ${unknown}`);
  const missing = REQUIRED.find((name) => !Object.hasOwn(operand, name));
  if (missing !== undefined)
    throw new CommandError(
      40105,
      `$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified: ${missing}`,
    );
  const text = (name: string): string => stringArgument(operand, name);
  const { restrictSearchWithMatch: restriction = {} } = operand;
  if (!isDocument(restriction)) throw new CommandError(40185, '$graphLookup argument restrictSearchWithMatch must be an object');
  const { connectFromField, connectToField } = {
    connectFromField: text('connectFromField'),
    connectToField: text('connectToField'),
  };
  pathParts(connectFromField);
  pathParts(connectToField);
  return {
    from: text('from'),
    as: pathParts(text('as')),
    startWith: compileExpression(operand['startWith'], environment),
    connectFromField,
    connectToField,
    maxDepth: parseMaxDepth(operand['maxDepth']),
    depthField: Object.hasOwn(operand, 'depthField') ? pathParts(text('depthField')) : undefined,
    isAdmitted: compileFilter(restriction, environment),
  };
}

function stringArgument(operand: BsonDocument, name: string): string {
  const value = operand[name];
  if (typeof value === 'string') return value;
  throw new CommandError(name === 'from' ? 9 : 40103, `expected string as argument for ${name}, found: ${bsonTypeName(value)}`);
}

function parseMaxDepth(value: BsonValue): number {
  if (value === undefined) return Infinity;
  if (!isNumber(value)) throw new CommandError(40100, `maxDepth must be numeric, found type: ${bsonTypeName(value)}`);
  const depth = int64Of(value);
  if (depth === undefined) throw new CommandError(40102, 'maxDepth could not be represented as a long long');
  if (depth < 0n) throw new CommandError(40101, `maxDepth requires a nonnegative argument, found: ${depth}`);
  return Number(depth);
}
