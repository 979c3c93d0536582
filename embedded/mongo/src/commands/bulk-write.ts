import { Double, Int32 } from 'bson';
import { badValue, CommandError, failedToParse } from '../command-error.ts';
import {
  assertKnownFields,
  booleanField,
  databaseOf,
  documentField,
  documentsIn,
  nonNegativeField,
} from '../execution/read-request.ts';
import { insertDocument } from '../execution/write-documents.ts';
import { encodeDocument } from '../values/bson-codec.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { countValue, toInteger } from '../values/numeric.ts';
import type { Command, CommandContext } from './command.ts';
import { runDelete } from './delete.ts';
import { assertWritable } from './insert.ts';
import { collationOf, commandVariables, hintOf } from './query-options.ts';
import { TimeLimit } from './time-limit.ts';
import { updateRunner } from './update.ts';
import { runBatch } from './write-batch.ts';
import type { Reply } from '../wire/reply.ts';

const OPERATION_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  insert: new Set(['insert', 'document']),
  update: new Set('update filter updateMods multi upsert arrayFilters hint collation constants sort upsertSupplied'.split(' ')),
  delete: new Set(['delete', 'filter', 'multi', 'hint', 'collation']),
};
const CURSOR_NAMESPACE = 'admin.$cmd.bulkWrite';

interface Counts {
  nInserted: number;
  nMatched: number;
  nModified: number;
  nUpserted: number;
  nDeleted: number;
}

/** What one operation did, without its number. */
type Outcome = BsonDocument;

/** Runs the operations of a `bulkWrite`, each on the collection its number in `nsInfo` names. */
class BulkWriter {
  readonly #context: CommandContext;
  readonly #namespaces: readonly string[];
  readonly #variables: ReadonlyMap<string, BsonValue>;
  readonly #bypassesValidation: boolean;
  readonly #deadline: (() => void) | undefined;
  readonly counts: Counts = { nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nDeleted: 0 };

  constructor(context: CommandContext, namespaces: readonly string[]) {
    this.#context = context;
    this.#namespaces = namespaces;
    this.#variables = commandVariables(context.body, context.now);
    this.#bypassesValidation = booleanField(context.body, 'bypassDocumentValidation');
    this.#deadline = new TimeLimit(context.body).deadline;
  }

  run(operation: BsonDocument): Outcome {
    const kind = kindOf(operation);
    const namespace = this.#namespaces[indexOf(operation, kind)] ?? '';
    if (kind === 'insert') return this.#insert(namespace, operation);
    return kind === 'update' ? this.#update(namespace, operation) : this.#delete(namespace, operation);
  }

  #insert(namespace: string, operation: BsonDocument): Outcome {
    const { view, now } = this.#context;
    const options = { now, bypassesValidation: this.#bypassesValidation };
    insertDocument(view, view.ensureCollection(namespace), documentField(operation, 'document'), options);
    this.counts.nInserted += 1;
    return { n: new Int32(1) };
  }

  #update(namespace: string, operation: BsonDocument): Outcome {
    const { view, now } = this.#context;
    const { filter, updateMods, constants, multi, upsert, arrayFilters, hint, collation, sort } = operation;
    const run = updateRunner(view, {
      variables: this.#variables,
      now,
      bypassesValidation: this.#bypassesValidation,
      deadline: this.#deadline,
    });
    const statement: BsonDocument = {
      q: filter,
      u: updateMods,
      c: constants,
      multi,
      upsert,
      arrayFilters,
      hint,
      collation,
      sort,
    };
    const { matched, modified, upserted } = run(namespace, statement);
    this.counts.nModified += modified;
    if (upserted === undefined) this.counts.nMatched += matched;
    else this.counts.nUpserted += 1;
    const n = upserted === undefined ? matched : 1;
    const more = upserted === undefined ? {} : { upserted: { _id: upserted['_id'] } };
    return { n: countValue(n), nModified: countValue(modified), ...more };
  }

  #delete(namespace: string, operation: BsonDocument): Outcome {
    const { view } = this.#context;
    const deleted = runDelete(view, namespace, {
      filter: documentField(operation, 'filter'),
      limit: booleanField(operation, 'multi') ? 0 : 1,
      hint: hintOf(operation),
      collation: collationOf(operation['collation'], view.collection(namespace)),
      variables: this.#variables,
      deadline: this.#deadline,
    });
    this.counts.nDeleted += deleted;
    return { n: countValue(deleted) };
  }
}

function bulkWrite(context: CommandContext): Reply {
  const { body } = context;
  if (databaseOf(body) !== 'admin') throw new CommandError(13, 'bulkWrite may only be run against the admin database.');
  const namespaces = documentsIn(body, 'nsInfo').map(namespaceIn);
  const operations = documentsIn(body, 'ops');
  for (const [index, operation] of operations.entries()) assertOperation(operation, index, namespaces.length);
  const writer = new BulkWriter(context, namespaces);
  const isErrorsOnly = booleanField(body, 'errorsOnly');
  const results: { readonly index: number; readonly bytes: Uint8Array }[] = [];
  const errors = runBatch(body, operations, (operation, index) => {
    const outcome = writer.run(operation);
    if (!isErrorsOnly) results.push({ index, bytes: encodeDocument({ ok: new Double(1), idx: index, ...outcome }) });
  });
  for (const { index, ...error } of errors)
    results.push({ index, bytes: encodeDocument({ ok: new Double(0), idx: index, ...error, n: 0 }) });
  results.sort((a, b) => a.index - b.index);
  const batch = results.map(({ bytes }) => bytes);
  return { ...cursorOf(context, batch), nErrors: errors.length, ...writer.counts };
}

function cursorOf({ body, cursors, transaction }: CommandContext, results: readonly Uint8Array[]): Reply {
  const batchSize = nonNegativeField(documentField(body, 'cursor'), 'batchSize') ?? Infinity;
  return { cursor: cursors.open(CURSOR_NAMESPACE, results.values(), { batchSize, transaction }) };
}

function namespaceIn(entry: BsonDocument): string {
  const namespace = entry['ns'];
  assertKnownFields(entry, 'bulkWrite.nsInfo', new Set(['ns', 'collectionUUID', 'encryptionInformation']));
  if (typeof namespace !== 'string')
    throw new CommandError(40414, "BSON field 'bulkWrite.nsInfo.ns' is missing but a required field");
  const dot = namespace.indexOf('.');
  if (dot < 1 || dot === namespace.length - 1 || namespace.includes('$'))
    throw new CommandError(73, `Invalid namespace specified for bulkWrite: '${namespace}'`);
  assertWritable(namespace);
  return namespace;
}

const kindOf = (operation: BsonDocument): string => Object.keys(operation)[0] ?? '';

function indexOf(operation: BsonDocument, kind: string): number {
  const value = operation[kind];
  const index = isNumber(value) ? toInteger(value) : undefined;
  return index === undefined ? -1 : Number(index);
}

function assertOperation(operation: BsonDocument, position: number, namespaceCount: number): void {
  const kind = kindOf(operation);
  const fields = Object.hasOwn(OPERATION_FIELDS, kind) ? OPERATION_FIELDS[kind] : undefined;
  if (fields === undefined) throw failedToParse('BulkWriteOperation must begin with one of: insert, update, delete');
  assertKnownFields(operation, `bulkWrite.ops.${kind}`, fields);
  const index = indexOf(operation, kind);
  if (index < 0 || index >= namespaceCount) throw badValue(`BulkWrite ops entry ${position} has an invalid nsInfo index.`);
  const required = kind === 'insert' ? ['document'] : kind === 'update' ? ['filter', 'updateMods'] : ['filter'];
  for (const name of required) {
    if (operation[name] === undefined)
      throw new CommandError(40414, `BSON field 'bulkWrite.ops.${name}' is missing but a required field`);
  }
  if (kind === 'insert' && !isDocument(operation['document']))
    throw new CommandError(14, "BSON field 'bulkWrite.ops.document' is the wrong type, expected type 'object'");
}

export const bulkWriteCommand: Command = {
  name: 'bulkWrite',
  fields: ['ops', 'nsInfo', 'ordered', 'errorsOnly', 'bypassDocumentValidation', 'let', 'cursor'],
  kind: 'write',
  isAllowedInTransaction: true,
  run: bulkWrite,
};
