import type { Document } from 'mongodb';
import { COLLECTION, type ConformanceCase } from './conformance-case.ts';

/** A case of a filter: the `_id`s of the documents it matches, in `_id` order. */
export function finds(
  name: string,
  documents: readonly Document[],
  filter: Document,
  ids: readonly unknown[],
  options: Document = {},
): ConformanceCase {
  const command = { find: COLLECTION, filter, projection: { _id: 1 }, sort: { _id: 1 }, ...options };
  return { name, documents, steps: [{ command, batch: ids.map((_id) => ({ _id })) }] };
}

/** A case of a sort: all `_id`s in the order asked for. */
export function sorts(
  name: string,
  documents: readonly Document[],
  sort: Document,
  ids: readonly unknown[],
  options: Document = {},
): ConformanceCase {
  const command = { find: COLLECTION, projection: { _id: 1 }, sort, ...options };
  return { name, documents, steps: [{ command, batch: ids.map((_id) => ({ _id })) }] };
}

/** A case of a projection of one document. */
export function projects(
  name: string,
  document: Document,
  projection: Document,
  expected: Document,
  filter: Document = {},
): ConformanceCase {
  return { name, documents: [document], steps: [{ command: { find: COLLECTION, filter, projection }, batch: [expected] }] };
}

/** A case of a `find` MongoDB refuses. */
export function findRefused(
  name: string,
  options: Document,
  error: number,
  documents: readonly Document[] = [{ _id: 1 }],
): ConformanceCase {
  return { name, documents, steps: [{ command: { find: COLLECTION, ...options }, error }] };
}

/** A case of an update of one document with `_id: 1`. */
export function updates(
  name: string,
  before: Document,
  update: unknown,
  after: Document,
  options: Document = {},
): ConformanceCase {
  const { q = { _id: 1 }, ...statement } = options;
  const command = { update: COLLECTION, updates: [{ q: q as Document, u: update, ...statement }] }; // a filter when given
  return { name, documents: [{ _id: 1, ...before }], steps: [{ command, contents: [{ _id: 1, ...after }] }] };
}

/** A case of an update MongoDB refuses; the document stays as it is. */
export function updateRefused(
  name: string,
  before: Document,
  update: unknown,
  error: number,
  options: Document = {},
): ConformanceCase {
  const { q = { _id: 1 }, ...statement } = options;
  const document = { _id: 1, ...before };
  const command = { update: COLLECTION, updates: [{ q: q as Document, u: update, ...statement }] }; // a filter when given
  return { name, documents: [document], steps: [{ command, error, contents: [document] }] };
}

/** A case of an upsert into an empty collection. */
export function upserts(
  name: string,
  filter: Document,
  update: unknown,
  expected: Document,
  options: Document = {},
): ConformanceCase {
  const command = { update: COLLECTION, updates: [{ q: filter, u: update, upsert: true, ...options }] };
  return { name, steps: [{ command, contents: [expected] }] };
}

/** A case of one command that is refused. */
export function refused(
  name: string,
  command: Document,
  error: number,
  documents: readonly Document[] = [{ _id: 1 }],
): ConformanceCase {
  return { name, documents, steps: [{ command, error }] };
}
