import { CommandError, notSupported } from '../command-error.ts';
import { assertValidation } from '../execution/document-validation.ts';
import { assertKnownFields, booleanField, databaseOf, documentField, namespaceOf } from '../execution/read-request.ts';
import type { Collection } from '../storage/catalog.ts';
import { requireCommittedView, type CommittedView } from '../storage/committed-view.ts';
import type { IndexDefinition } from '../storage/index-definition.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { equalValues } from '../values/compare.ts';
import { toDouble } from '../values/numeric.ts';
import type { Command, CommandContext } from './command.ts';
import { assertWritable } from './insert.ts';
import type { Reply } from '../wire/reply.ts';

function renameCollection({ body, view }: CommandContext): Reply {
  if (databaseOf(body) !== 'admin') throw new CommandError(13, 'renameCollection may only be run against the admin database.');
  const [source, target] = [fullName(body, 'renameCollection'), fullName(body, 'to')];
  if (source === target) throw new CommandError(20, "Can't rename a collection to itself");
  const writable = requireCommittedView(view);
  const collection = view.collection(source);
  if (collection === undefined) throw new CommandError(26, `Source collection ${source} does not exist`);
  const present = view.collection(target);
  if (present !== undefined && !booleanField(body, 'dropTarget')) throw new CommandError(48, 'target namespace exists');
  if (present !== undefined) writable.dropCollection(present);
  writable.renameCollection(collection, target);
  return {};
}

function fullName(body: BsonDocument, field: string): string {
  const name = body[field];
  if (typeof name !== 'string')
    throw new CommandError(14, `BSON field 'renameCollection.${field}' is the wrong type, expected type 'string'`);
  const dot = name.indexOf('.');
  const command = { $db: name.slice(0, Math.max(0, dot)), collection: name.slice(dot + 1) };
  const namespace = namespaceOf(command, 'collection');
  assertWritable(namespace);
  return namespace;
}

const VALIDATION_OPTIONS = ['validator', 'validationLevel', 'validationAction'];
const INDEX_FIELDS = new Set(['name', 'keyPattern', 'hidden', 'expireAfterSeconds', 'unique', 'prepareUnique']);

function collMod({ body, view }: CommandContext): Reply {
  const namespace = namespaceOf(body, 'collMod');
  const collection = view.collection(namespace);
  if (collection === undefined) throw new CommandError(26, `ns does not exist: ${namespace}`);
  const writable = requireCommittedView(view);
  if (booleanField(documentField(body, 'changeStreamPreAndPostImages'), 'enabled'))
    throw notSupported("the collection option 'changeStreamPreAndPostImages'");
  assertValidation(body);
  const changes = VALIDATION_OPTIONS.filter((name) => body[name] !== undefined).map((name) => [name, body[name]] as const);
  if (changes.length > 0) writable.setCollectionOptions(collection, { ...collection.options, ...Object.fromEntries(changes) });
  return body['index'] === undefined ? {} : changeIndex(writable, collection, documentField(body, 'index'));
}

/** Hides, shows or gives another age limit to an index; replies with what was and what is. */
function changeIndex(view: CommittedView, collection: Collection, request: BsonDocument): Reply {
  assertKnownFields(request, 'collMod.index', INDEX_FIELDS);
  for (const name of ['unique', 'prepareUnique'])
    if (request[name] !== undefined) throw notSupported(`collMod with index.${name}`);
  const { hidden, expireAfterSeconds } = request;
  if (hidden === undefined && expireAfterSeconds === undefined)
    throw new CommandError(72, 'no expireAfterSeconds, hidden, unique, or prepareUnique field');
  const index = chosenIndex(collection, request);
  const specification = { ...index.specification };
  const reply: Record<string, BsonValue> = {};
  if (hidden !== undefined) changeHidden(index, specification, booleanField(request, 'hidden'), reply);
  if (expireAfterSeconds !== undefined) changeAge(index, specification, expireAfterSeconds, reply);
  view.replaceIndexSpecification(collection, index, specification);
  return reply;
}

function changeHidden(
  index: IndexDefinition,
  specification: BsonDocument,
  hidden: boolean,
  reply: Record<string, BsonValue>,
): void {
  const before = specification['hidden'] === true;
  if (index.name === '_id_') throw new CommandError(2, "can't hide _id index");
  if (before === hidden) return;
  delete specification['hidden'];
  if (hidden) specification['hidden'] = true;
  reply['hidden_old'] = before;
  reply['hidden_new'] = hidden;
}

function changeAge(
  index: IndexDefinition,
  specification: BsonDocument,
  seconds: BsonValue,
  reply: Record<string, BsonValue>,
): void {
  if (!isNumber(seconds) || !(toDouble(seconds) >= 0 && toDouble(seconds) <= 2 ** 31 - 1))
    throw new CommandError(72, "TTL index 'expireAfterSeconds' option must be within an acceptable range");
  if (index.fields.length > 1 || index.name === '_id_')
    throw new CommandError(72, 'TTL indexes are single-field indexes, compound indexes do not support TTL');
  if (specification['expireAfterSeconds'] !== undefined) reply['expireAfterSeconds_old'] = specification['expireAfterSeconds'];
  specification['expireAfterSeconds'] = seconds;
  reply['expireAfterSeconds_new'] = seconds;
}

function chosenIndex(collection: Collection, { name, keyPattern }: BsonDocument): IndexDefinition {
  if (name !== undefined && keyPattern !== undefined) throw new CommandError(72, 'Cannot specify both key pattern and name.');
  if (name === undefined && keyPattern === undefined)
    throw new CommandError(72, 'Must specify either index name or key pattern.');
  const found = collection.indexes.filter((index) =>
    isDocument(keyPattern) ? equalValues(index.specification['key'], keyPattern) : index.name === name,
  );
  const [index, ...others] = found;
  if (index === undefined) throw new CommandError(27, `cannot find index for ns ${collection.namespace}`);
  if (others.length > 0) throw new CommandError(181, 'index keyPattern matches several indexes, use the name to choose one');
  return index;
}

export const collectionChangeCommands: readonly Command[] = [
  { name: 'renameCollection', fields: ['to', 'dropTarget'], kind: 'write', isAllowedInTransaction: false, run: renameCollection },
  {
    name: 'collMod',
    fields: [...VALIDATION_OPTIONS, 'index', 'changeStreamPreAndPostImages'],
    kind: 'write',
    isAllowedInTransaction: false,
    run: collMod,
  },
];
