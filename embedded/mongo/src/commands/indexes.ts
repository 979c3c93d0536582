import { CommandError } from '../command-error.ts';
import { arrayField, documentField, namespaceOf, nonNegativeField } from '../execution/read-request.ts';
import type { Collection } from '../storage/catalog.ts';
import { requireCommittedView } from '../storage/committed-view.ts';
import { indexName, parseIndexSpecification, type IndexDefinition } from '../storage/index-definition.ts';
import { encodeDocument } from '../values/bson-codec.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { equalValues } from '../values/compare.ts';
import { toDouble } from '../values/numeric.ts';
import type { Command, CommandContext } from './command.ts';
import { collationOf } from './query-options.ts';
import type { Reply } from '../wire/reply.ts';

const MAX_INDEXES = 64;

function createIndexes({ body, view }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'createIndexes');
  const specifications = arrayField(body, 'indexes').map(parseIndexSpecification);
  if (specifications.length === 0) throw new CommandError(2, 'Must specify at least one index to create');
  const isNew = view.collection(namespace) === undefined;
  const collection = view.ensureCollection(namespace);
  const numIndexesBefore = collection.indexes.length;
  for (const specification of specifications.map((given) => withCollation(given, collection))) {
    if (!isPresent(collection, specification)) view.createIndex(collection, specification);
  }
  const numIndexesAfter = collection.indexes.length;
  const note = numIndexesAfter === numIndexesBefore ? { note: 'all indexes already exist' } : {};
  return { numIndexesBefore, numIndexesAfter, createdCollectionAutomatically: isNew, ...note };
}

/** Options that make two indexes on the same fields different indexes. */
const SIGNATURE = ['unique', 'sparse', 'partialFilterExpression', 'collation'];

/** True when the very same index is there; throws when one with the same name or the same signature differs. */
function isPresent(collection: Collection, specification: BsonDocument): boolean {
  const { key } = specification;
  const name = indexName(specification);
  if (isIdKey(key)) {
    if (Object.keys(specification).some((field) => !['v', 'key', 'name', 'unique', 'collation'].includes(field)))
      throw new CommandError(197, 'The field is not valid for an _id index specification');
    return true;
  }
  if (name === '_id_') throw new CommandError(2, "The index name '_id_' is reserved for the _id index");
  if (name === '*') throw new CommandError(2, "The index name '*' is not valid.");
  const isSameIndex = (index: IndexDefinition): boolean =>
    equalValues(index.specification['key'], key) && haveSameOptions(index, specification, SIGNATURE);
  const sameName = collection.indexes.find((index) => index.name === name);
  if (sameName !== undefined) {
    if (!isSameIndex(sameName))
      throw new CommandError(86, `An existing index has the same name as the requested index. Requested index name: ${name}`);
    if (!haveSameOptions(sameName, specification, ['expireAfterSeconds']))
      throw new CommandError(85, `An equivalent index already exists with the same name but different options: ${name}`);
    return true;
  }
  const other = collection.indexes.find(isSameIndex);
  if (other !== undefined) throw new CommandError(85, `Index already exists with a different name: ${other.name}`);
  if (collection.indexes.length >= MAX_INDEXES)
    throw new CommandError(67, `add index fails, too many indexes for ${collection.namespace} key:${name}`);
  return false;
}

/** `{ _id: 1 }`; in the other direction it is an index like any other. */
function isIdKey(key: BsonValue): boolean {
  if (!isDocument(key) || Object.keys(key).length !== 1) return false;
  const direction = key['_id'];
  return isNumber(direction) && toDouble(direction) > 0;
}

function haveSameOptions(index: IndexDefinition, specification: BsonDocument, names: readonly string[]): boolean {
  return names.every((name) => equalValues(index.specification[name] ?? false, specification[name] ?? false));
}

/** Writes a collation out in full; an index without one has its collection's. */
function withCollation(specification: BsonDocument, collection: Collection): BsonDocument {
  const { collation: own, ...rest } = specification;
  const collation = collationOf(own, collection);
  return collation === undefined || isIdKey(rest['key']) ? rest : { ...rest, collation: collation.specification };
}

function dropIndexes({ body, view }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'dropIndexes');
  const collection = view.collection(namespace);
  if (collection === undefined) throw new CommandError(26, `ns not found ${namespace}`);
  const nIndexesWas = collection.indexes.length;
  const writable = requireCommittedView(view);
  for (const index of chosenIndexes(collection, body['index'])) writable.dropIndex(collection, index);
  return { nIndexesWas };
}

function chosenIndexes(collection: Collection, choice: BsonValue): IndexDefinition[] {
  if (choice === '*') return collection.indexes.filter((index) => index.name !== '_id_');
  return (Array.isArray(choice) ? choice : [choice]).map((wanted) => {
    const index = collection.indexes.find((candidate) =>
      typeof wanted === 'string' ? candidate.name === wanted : equalValues(candidate.specification['key'], wanted),
    );
    if (index === undefined)
      throw new CommandError(27, `index not found with name [${typeof wanted === 'string' ? wanted : 'key pattern'}]`);
    if (index.name === '_id_') throw new CommandError(72, 'cannot drop _id index');
    return index;
  });
}

/** The `_id` index is clustered, or has a collation, when its collection says so; its own specification does not. */
export function shownSpecification({ options }: Collection, { name, specification }: IndexDefinition): BsonDocument {
  const { clusteredIndex, collation } = options;
  if (name === '_id_' && isDocument(clusteredIndex)) return { ...clusteredIndex, clustered: true };
  return name === '_id_' && collation !== undefined ? { ...specification, collation } : specification;
}

function listIndexes({ body, view, cursors }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'listIndexes');
  const collection = view.collection(namespace);
  if (collection === undefined) throw new CommandError(26, `ns does not exist: ${namespace}`);
  const source = collection.indexes.map((index) => encodeDocument(shownSpecification(collection, index))).values();
  const batchSize = nonNegativeField(documentField(body, 'cursor'), 'batchSize');
  return { cursor: cursors.open(namespace, source, { batchSize }) };
}

export const indexCommands: readonly Command[] = [
  {
    name: 'createIndexes',
    fields: ['indexes', 'commitQuorum'],
    kind: 'write',
    isAllowedInTransaction: true,
    run: createIndexes,
  },
  {
    name: 'dropIndexes',
    aliases: ['deleteIndexes'],
    fields: ['index'],
    kind: 'write',
    isAllowedInTransaction: false,
    run: dropIndexes,
  },
  { name: 'listIndexes', fields: ['cursor'], kind: 'read', isAllowedInTransaction: false, run: listIndexes },
];
