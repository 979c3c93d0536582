import { BSONRegExp, Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { defineIndex, type IndexDefinition } from '../storage/index-definition.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { chooseAccessPath, type PlanRequest } from './choose-access-path.ts';

const one = new Int32(1);
const down = new Int32(-1);

function index(id: number, key: BsonDocument, more: BsonDocument = {}, isMultikey = false): IndexDefinition {
  const specification = { key, name: Object.keys(key).join('_'), ...more };
  return defineIndex(id, specification, { readyAt: 0, isBuilding: false, isMultikey });
}

/** What a query is found by: the index's name, `branch | branch`, or nothing for a scan; `<` for backwards, `=` for exact. */
function choose(filter: BsonDocument, indexes: readonly IndexDefinition[], more: Partial<PlanRequest> = {}): string {
  const path = chooseAccessPath({ filter, sort: [], indexes, hasCollation: false, ...more });
  if (path.kind === 'collection') return '';
  if (path.kind === 'union') return path.branches.map((branch) => branch.index.name).join(' | ');
  return `${path.isReverse ? '<' : ''}${path.index.name}${path.isSorted ? ' sorted' : ''}${path.isExact ? '=' : ''}`;
}

describe('the choice of an index', () => {
  const [a, ab, b] = [index(1, { a: one }), index(2, { a: one, b: down }), index(3, { b: one })];

  it('takes the longest equality prefix, then a range', () => {
    expect(choose({ a: one, b: one }, [a, b, ab])).toBe('a_b=');
    expect(choose({ a: one, b: { $gt: one } }, [a, b, ab])).toBe('a_b=');
    expect(choose({ b: { $gte: one } }, [a, ab, b])).toBe('b=');
    expect(choose({ c: one }, [a, ab, b])).toBe('');
  });

  it('takes an index whose order is that of the sort, either way', () => {
    const sortBy = (direction: 1 | -1) => ({ sort: [{ path: 'b', direction }] });
    expect(choose({ a: one }, [a, ab], sortBy(-1))).toBe('a_b sorted=');
    expect(choose({ a: one }, [a, ab], sortBy(1))).toBe('<a_b sorted=');
    expect(choose({ a: { $in: [one, down] } }, [ab], sortBy(-1))).toBe('a_b=');
    expect(choose({}, [b], sortBy(-1))).toBe('<b sorted=');
  });

  it('serves $or by a union when every branch has an index, and not otherwise', () => {
    expect(choose({ $or: [{ a: one }, { b: one }] }, [a, b])).toBe('a | b');
    expect(choose({ $or: [{ a: one }, { c: one }] }, [a, b])).toBe('');
    expect(choose({ a: one, $or: [{ b: one }, { c: one }] }, [a, b])).toBe('a');
  });

  it('counts on entries only where they are exactly the matches', () => {
    expect(choose({ a: one, c: one }, [a])).toBe('a');
    expect(choose({ a: null }, [a])).toBe('a');
    expect(choose({ a: { $lt: one } }, [a])).toBe('a');
    expect(choose({ a: { $gt: one, $lt: new Int32(5) } }, [a])).toBe('a=');
    expect(choose({ a: one }, [index(4, { a: one }, {}, true)])).toBe('a');
  });

  it('bounds a range in a multikey index on one side only', () => {
    const bounded = { a: { $gt: one, $lt: new Int32(5) } };
    const [plain, multikey] = [a, index(4, { a: one }, {}, true)].map((candidate) =>
      chooseAccessPath({ filter: bounded, sort: [], indexes: [candidate], hasCollation: false }),
    );
    if (plain?.kind !== 'index' || multikey?.kind !== 'index') throw new Error('not found by index');
    const [narrow, wide] = [plain.ranges[0]?.high, multikey.ranges[0]?.high];
    expect(Buffer.compare(narrow ?? Buffer.alloc(0), wide ?? Buffer.alloc(0))).toBe(-1);
  });

  it('uses sparse and partial indexes only for what they surely hold', () => {
    const sparse = index(5, { a: one }, { sparse: true });
    const partial = index(6, { a: one }, { partialFilterExpression: { b: { $exists: true } } });
    expect(choose({ a: null }, [sparse])).toBe('');
    expect(choose({ a: one }, [sparse])).toBe('a=');
    expect(choose({ a: one }, [partial])).toBe('');
    expect(choose({ a: one, b: one }, [partial])).toBe('a');
  });

  it('uses no index for strings under a collation, neither the query’s nor the index’s', () => {
    const collated = index(7, { a: one }, { collation: { locale: 'ja' } });
    expect(choose({ a: 'x' }, [a], { hasCollation: true })).toBe('');
    expect(choose({ a: one }, [a], { hasCollation: true })).toBe('a');
    expect(choose({ a: 'x' }, [collated])).toBe('');
    expect(choose({ a: new BSONRegExp('x') }, [a])).toBe('');
  });

  it('follows a hint and refuses one that names no index', () => {
    expect(choose({ a: one }, [a, ab], { hint: 'a_b' })).toBe('a_b=');
    expect(choose({ a: one }, [a, ab], { hint: { $natural: one } })).toBe('');
    expect(() => choose({ a: one }, [a], { hint: 'other' })).toThrowError(CommandError);
  });
});
