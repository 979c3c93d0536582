import { CommandError } from '../command-error.ts';
import { bsonTypeName, isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { toDouble } from '../values/numeric.ts';
import type { ExpressionContext, Scope } from '../expression/expression.ts';
import { int64Of } from '../expression/number-argument.ts';
import { compareSortKeys, parseSort, sortKeyOf, type SortKey } from '../query/sort-specification.ts';
import type { Accumulator, AccumulatorCompiler } from './accumulator.ts';
import { Extremes, insertSorted } from './extreme-accumulators.ts';

/** `$first`. */
export class First implements Accumulator {
  #value: BsonValue = undefined;
  #hasValue = false;

  add(value: BsonValue): void {
    if (!this.#hasValue) this.#value = value;
    this.#hasValue = true;
  }

  result(): BsonValue {
    return this.#value ?? null;
  }
}

/** `$last`. */
export class Last implements Accumulator {
  #value: BsonValue = undefined;

  add(value: BsonValue): void {
    this.#value = value;
  }

  result(): BsonValue {
    return this.#value ?? null;
  }
}

/** `$firstN`: missing values count as null. */
class FirstN implements Accumulator {
  readonly #wanted: number;
  readonly #values: BsonValue[] = [];

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  add(value: BsonValue): void {
    if (this.#values.length < this.#wanted) this.#values.push(value ?? null);
  }

  result(): BsonValue {
    return this.#values;
  }
}

/** `$lastN`, kept in a ring. */
class LastN implements Accumulator {
  readonly #wanted: number;
  readonly #values: BsonValue[] = [];
  #next = 0;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  add(value: BsonValue): void {
    this.#values[this.#next] = value ?? null;
    this.#next = (this.#next + 1) % this.#wanted;
  }

  result(): BsonValue {
    const { length } = this.#values;
    return length < this.#wanted ? this.#values : [...this.#values.slice(this.#next), ...this.#values.slice(0, this.#next)];
  }
}

/** Checks the value of `n`: a whole number above 0. */
export function countOf(value: BsonValue): number {
  if (!isNumber(value))
    throw new CommandError(5787902, `Value for 'n' must be of integral type, but found ${bsonTypeName(value)}`);
  const count = int64Of(value);
  if (count === undefined)
    throw new CommandError(5787903, `Value for 'n' must be of integral type, but found ${toDouble(value)}`);
  if (count <= 0n) throw new CommandError(5787908, `'n' must be greater than 0, found ${count}`);
  return Number(count);
}

interface Ranked {
  readonly key: SortKey;
  readonly output: BsonValue;
}

/** `$top`, `$topN`, `$bottom` and `$bottomN`: the first or last documents in an order of their own. */
export const topOrBottom: AccumulatorCompiler = (operator, operand, context) => {
  const { n, output, sortBy } = topArguments(operator, operand);
  const { fields } = parseSort(sortBy);
  const read = context.compile(output);
  const count = n === undefined ? undefined : context.compile(n);
  const { collation } = context;
  const isTop = operator.startsWith('$top');
  const compare = (a: Ranked, b: Ranked): number => compareSortKeys(a.key, b.key, fields, collation);
  return {
    read: (scope): Ranked => ({ key: sortKeyOf(scope.root, fields, collation), output: read(scope) ?? null }),
    start: (group) => {
      const wanted = count === undefined ? 1 : countOf(count(group));
      const kept: Ranked[] = [];
      return {
        add: (item) => keepRanked(kept, item as Ranked, { wanted, isTop, compare }), // what `read` above gives
        result: () => (count === undefined ? (kept[0]?.output ?? null) : kept.map((entry) => entry.output)),
      };
    },
  };
};

interface Ranking {
  readonly wanted: number;
  readonly isTop: boolean;
  readonly compare: (a: Ranked, b: Ranked) => number;
}

/** Of equal documents those that came first stay. */
function keepRanked(kept: Ranked[], item: Ranked, { wanted, isTop, compare }: Ranking): void {
  if (kept.length === wanted) {
    const worst = isTop ? kept.at(-1) : kept[0];
    if (worst === undefined || compare(isTop ? worst : item, isTop ? item : worst) <= 0) return;
    if (isTop) kept.pop();
    else kept.shift();
  }
  insertSorted(kept, item, compare);
}

function topArguments(operator: string, operand: BsonValue): { n: BsonValue; output: BsonValue; sortBy: BsonDocument } {
  if (!isDocument(operand)) throw new CommandError(5788001, `specification must be an object; found ${operator}`);
  const isSingle = !operator.endsWith('N');
  const names = isSingle ? ['output', 'sortBy'] : ['n', 'output', 'sortBy'];
  const unknown = Object.keys(operand).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new CommandError(5788002, `Unknown argument to ${operator} '${unknown}'`);
  if (!isSingle && !Object.hasOwn(operand, 'n')) throw new CommandError(5788003, "Missing value for 'n'");
  if (!Object.hasOwn(operand, 'output')) throw new CommandError(5788004, "Missing value for 'output'");
  const { sortBy } = operand;
  if (sortBy === undefined) throw new CommandError(5788005, "Missing value for 'sortBy'");
  if (!isDocument(sortBy)) throw new CommandError(10065, 'invalid parameter: expected an object (sortBy)');
  return { n: operand['n'], output: operand['output'], sortBy };
}

/** The arguments of `$firstN`, `$lastN`, `$minN` and `$maxN`. */
export function countedArguments(
  operator: string,
  operand: BsonValue,
  context: ExpressionContext,
): { readonly input: (scope: Scope) => BsonValue; readonly n: (scope: Scope) => number } {
  if (!isDocument(operand)) throw new CommandError(5787801, `specification must be an object; found ${operator}`);
  const unknown = Object.keys(operand).find((name) => name !== 'n' && name !== 'input');
  if (unknown !== undefined) throw new CommandError(5787901, `Unknown argument for 'n' operator: ${unknown}`);
  if (!Object.hasOwn(operand, 'n')) throw new CommandError(5787906, "Missing value for 'n'");
  if (!Object.hasOwn(operand, 'input')) throw new CommandError(5787907, "Missing value for 'input'");
  const n = context.compile(operand['n']);
  return { input: context.compile(operand['input']), n: (scope) => countOf(n(scope)) };
}

/** Makes the accumulator of an operator with `n`. */
export function countedAccumulator(operator: string, wanted: number, collation: Collation | undefined): Accumulator {
  switch (operator) {
    case '$firstN':
      return new FirstN(wanted);
    case '$lastN':
      return new LastN(wanted);
    default:
      return new Extremes(operator === '$maxN' ? 1 : -1, wanted, collation);
  }
}
