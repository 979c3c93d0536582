import { BSONRegExp } from 'bson';
import { CommandError } from '../command-error.ts';
import { isDocument, isOperatorDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { fieldEntries } from '../values/field-order.ts';
import { equalValues } from '../values/compare.ts';
import { changeField } from './write-path.ts';

/** The document an upsert starts from: the fields the filter fixes by equality. */
export function upsertSeed(filter: BsonDocument): BsonDocument {
  const seed: BsonDocument = {};
  const known = new Map<string, BsonValue>();
  for (const [path, value] of equalitiesOf(filter)) {
    if (known.has(path) && !equalValues(known.get(path), value))
      throw new CommandError(54, `cannot infer query fields to set, path '${path}' is matched twice`);
    const other = [...known.keys()].find((name) => name.startsWith(`${path}.`) || path.startsWith(`${name}.`));
    if (other !== undefined)
      throw new CommandError(54, `cannot infer query fields to set, both paths '${path}' and '${other}' are matched`);
    known.set(path, value);
    changeField(seed, path, () => value, true);
  }
  return seed;
}

/** Fields with one fixed value, at the top level and inside `$and` (or an `$or` with one branch). */
export function equalitiesOf(filter: BsonDocument): (readonly [string, BsonValue])[] {
  return fieldEntries(filter).flatMap(([name, condition]) => {
    if (name === '$and' || (name === '$or' && Array.isArray(condition) && condition.length === 1)) {
      return Array.isArray(condition) ? condition.filter(isDocument).flatMap(equalitiesOf) : [];
    }
    if (name.startsWith('$') || condition instanceof BSONRegExp) return [];
    if (!isOperatorDocument(condition)) return [[name, condition] as const];
    return fixedValues(condition).map((value) => [name, value] as const);
  });
}

function fixedValues(condition: BsonDocument): BsonValue[] {
  if (Object.hasOwn(condition, '$eq')) return [condition['$eq']];
  for (const operator of ['$in', '$all']) {
    const list = condition[operator];
    const [only] = Array.isArray(list) ? list : [];
    const isSingle = Array.isArray(list) && list.length === 1 && !(only instanceof BSONRegExp) && !isOperatorDocument(only);
    if (isSingle) return [only];
  }
  return [];
}
