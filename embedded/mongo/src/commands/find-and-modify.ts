import { failedToParse } from '../command-error.ts';
import { PreparedQuery, type FoundDocument } from '../execution/find-documents.ts';
import { booleanField, documentField, namespaceOf } from '../execution/read-request.ts';
import { changeDocument, insertUpserted } from '../execution/write-documents.ts';
import { compileProjection, type Projection } from '../query/projection.ts';
import { compileUpdate } from '../update/compile-update.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import type { Command, CommandContext } from './command.ts';
import { assertWritable } from './insert.ts';
import { collationOf, commandVariables, hintOf } from './query-options.ts';
import { TimeLimit } from './time-limit.ts';
import type { Reply } from '../wire/reply.ts';

interface Modification {
  readonly namespace: string;
  readonly variables: ReadonlyMap<string, BsonValue>;
  readonly collation: Collation | undefined;
  readonly project: Projection;
}

function findAndModify(context: CommandContext): Reply {
  const { body, view, now } = context;
  const namespace = namespaceOf(body, String(Object.keys(body)[0]));
  assertWritable(namespace);
  assertConsistent(body);
  const variables = commandVariables(body, now);
  const collection = view.collection(namespace);
  const collation = collationOf(body['collation'], collection);
  const project = projectionOf(body, variables, collation);
  const query = queryOf(body, variables, collation);
  const [found] = collection === undefined ? [] : [...query.run(view, collection)];
  if (!booleanField(body, 'remove')) return modify(context, found, { namespace, variables, collation, project });
  if (found === undefined || collection === undefined) return { lastErrorObject: { n: 0 }, value: null };
  view.remove(collection, found.stored, found.document);
  return { lastErrorObject: { n: 1 }, value: project(found.document, found.context) };
}

function queryOf(body: BsonDocument, variables: ReadonlyMap<string, BsonValue>, collation: Collation | undefined): PreparedQuery {
  return new PreparedQuery({
    filter: documentField(body, 'query'),
    sort: body['sort'],
    limit: 1,
    hint: hintOf(body),
    collation,
    variables,
    deadline: new TimeLimit(body).deadline,
  });
}

function modify(
  { body, view, now }: CommandContext,
  found: FoundDocument | undefined,
  { namespace, variables, collation, project }: Modification,
): Reply {
  const update = compileUpdate(body['update'], body['arrayFilters'], { now, variables, collation });
  const options = { now, bypassesValidation: booleanField(body, 'bypassDocumentValidation') };
  const wantsNew = booleanField(body, 'new');
  const collection = view.collection(namespace);
  if (found !== undefined && collection !== undefined) {
    const { document } = changeDocument(view, collection, found, update, options);
    const value = project(wantsNew ? document : found.document, found.context);
    return { lastErrorObject: { n: 1, updatedExisting: true }, value };
  }
  if (!booleanField(body, 'upsert')) return { lastErrorObject: { n: 0, updatedExisting: false }, value: null };
  const inserted = insertUpserted(view, namespace, { filter: documentField(body, 'query'), update }, options);
  return {
    lastErrorObject: { n: 1, updatedExisting: false, upserted: inserted['_id'] },
    value: wantsNew ? project(inserted, {}) : null,
  };
}

function assertConsistent(body: BsonDocument): void {
  const removes = booleanField(body, 'remove');
  if (!removes && body['update'] === undefined) throw failedToParse('Either an update or remove=true must be specified');
  if (!removes) return;
  if (body['update'] !== undefined) throw failedToParse('Cannot specify both an update and remove=true');
  if (booleanField(body, 'upsert')) throw failedToParse('Cannot specify both upsert=true and remove=true');
  if (booleanField(body, 'new'))
    throw failedToParse("Cannot specify both new=true and remove=true; 'remove' always returns the deleted document");
  if (body['arrayFilters'] !== undefined) throw failedToParse('Cannot specify arrayFilters and remove=true');
}

function projectionOf(
  body: BsonDocument,
  variables: ReadonlyMap<string, BsonValue>,
  collation: Collation | undefined,
): Projection {
  const fields = documentField(body, 'fields');
  if (Object.keys(fields).length === 0) return (document) => document;
  return compileProjection(fields, { inPipeline: false, filter: documentField(body, 'query'), variables, collation });
}

export const findAndModifyCommand: Command = {
  name: 'findAndModify',
  aliases: ['findandmodify'],
  fields: [
    'query',
    'sort',
    'update',
    'remove',
    'new',
    'fields',
    'upsert',
    'arrayFilters',
    'hint',
    'collation',
    'let',
    'bypassDocumentValidation',
  ],
  kind: 'write',
  isAllowedInTransaction: true,
  run: findAndModify,
};
