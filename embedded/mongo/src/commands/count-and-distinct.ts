import { CommandError } from '../command-error.ts';
import { PreparedQuery } from '../execution/find-documents.ts';
import { documentField, integerField, namespaceOf, nonNegativeField } from '../execution/read-request.ts';
import type { Collection } from '../storage/catalog.ts';
import { encodeDocument, MAX_DOCUMENT_BYTES } from '../values/bson-codec.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import { compareValues } from '../values/compare.ts';
import { countValue } from '../values/numeric.ts';
import { spreadPath } from '../values/path.ts';
import { encodeKeyPart } from '../storage/key-encoding.ts';
import type { Command } from './command.ts';
import { collationOf, commandVariables, hintOf } from './query-options.ts';
import { TimeLimit } from './time-limit.ts';

/** The query of a `count`, shared with `explain`. A negative limit counts like its absolute value. */
export function prepareCount(body: BsonDocument, collection: Collection | undefined): PreparedQuery {
  return new PreparedQuery({
    deadline: new TimeLimit(body).deadline,
    filter: documentField(body, 'query'),
    skip: nonNegativeField(body, 'skip') ?? 0,
    limit: Math.abs(integerField(body, 'limit') ?? 0),
    hint: hintOf(body),
    collation: collationOf(body['collation'], collection),
  });
}

export const countCommand: Command = {
  name: 'count',
  fields: ['query', 'limit', 'skip', 'hint', 'collation', 'fields'],
  kind: 'read',
  isAllowedInTransaction: false,
  run: ({ body, view }) => {
    const namespace = namespaceOf(body, 'count');
    const collection = view.collection(namespace);
    const query = prepareCount(body, collection);
    if (collection === undefined) return { n: 0 };
    return { n: countValue(query.count(view, collection)) };
  },
};

export const distinctCommand: Command = {
  name: 'distinct',
  fields: ['key', 'query', 'collation', 'hint'],
  kind: 'read',
  isAllowedInTransaction: true,
  run: ({ body, view, now }) => {
    const namespace = namespaceOf(body, 'distinct');
    const { key } = body;
    if (key === undefined) throw new CommandError(40414, "BSON field 'distinct.key' is missing but a required field");
    if (typeof key !== 'string')
      throw new CommandError(14, "BSON field 'distinct.key' is the wrong type, expected type 'string'");
    const collection = view.collection(namespace);
    const collation = collationOf(body['collation'], collection);
    const query = new PreparedQuery({
      deadline: new TimeLimit(body).deadline,
      filter: body['query'] === null ? {} : documentField(body, 'query'),
      hint: hintOf(body),
      collation,
      variables: commandVariables(body, now),
    });
    const values = new Map<string, BsonValue>();
    for (const { document } of collection === undefined ? [] : query.run(view, collection)) {
      for (const value of spreadPath(document, key)) {
        if (value === undefined) continue;
        const text = encodeKeyPart(value, 1).toString('latin1');
        if (!values.has(text)) values.set(text, value);
      }
    }
    const distinct =
      collation === undefined ? [...values.values()] : mergeEqual([...values.values()], (a, b) => compareValues(a, b, collation));
    if (encodeDocument({ values: distinct }).length > MAX_DOCUMENT_BYTES)
      throw new CommandError(17217, 'distinct too big, 16mb cap');
    return { values: distinct };
  },
};

function mergeEqual(values: readonly BsonValue[], compare: (a: BsonValue, b: BsonValue) => number): BsonValue[] {
  const merged: BsonValue[] = [];
  for (const value of values) if (!merged.some((other) => compare(other, value) === 0)) merged.push(value);
  return merged;
}
