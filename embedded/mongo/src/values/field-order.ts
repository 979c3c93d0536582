import { isDocument, type BsonDocument, type BsonValue } from './bson-value.ts';

/**
 * JavaScript objects list fields whose names are whole numbers first, in numeric order; BSON keeps the order of writing. A document
 * with such a field carries its order under this symbol. It is enumerable, so that `{ ...document }` keeps it; names that were
 * removed since are skipped and names added since come last, so the list need not follow every change.
 */
const ORDER = Symbol('field order');

interface Ordered {
  [ORDER]?: readonly string[];
}

/** True for the names JavaScript would reorder: "0", "1", … "4294967294". */
export function isReorderedName(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 48 && first <= 57 && name.length <= 10 && /^(?:0|[1-9]\d*)$/.test(name) && Number(name) < 2 ** 32 - 1;
}

/** A document's field names in the order they are stored: what `Object.keys` gives unless a name is a whole number. */
export function fieldNames(document: BsonDocument): string[] {
  const names = Object.keys(document);
  const order = (document as Ordered)[ORDER]; // the symbol is this file's own
  if (order === undefined) return names;
  const present = new Set(names);
  const ordered = order.filter((name) => present.delete(name));
  return [...ordered, ...present];
}

/** Like `Object.entries`, in stored order. */
export function fieldEntries(document: BsonDocument): [string, BsonValue][] {
  return fieldNames(document).map((name) => [name, document[name]]);
}

/** Records the order of a document that has names JavaScript would reorder. */
export function recordOrder(document: BsonDocument, names: readonly string[]): void {
  (document as Ordered)[ORDER] = names; // the symbol is this file's own
}

/** Call before a new field is written: keeps the order when its name is a whole number. */
export function appendName(document: BsonDocument, name: string): void {
  if (isReorderedName(name) && !Object.hasOwn(document, name)) recordOrder(document, [...fieldNames(document), name]);
}

/** A document of these fields in this order, `__proto__` and whole numbers included. */
export function documentOf(entries: Iterable<readonly [string, BsonValue]>): BsonDocument {
  const document: BsonDocument = {};
  const names: string[] = [];
  let isReordered = false;
  for (const [name, value] of entries) {
    isReordered ||= isReorderedName(name);
    if (!Object.hasOwn(document, name)) names.push(name);
    if (name !== '__proto__') document[name] = value;
    else Object.defineProperty(document, name, { value, enumerable: true, configurable: true, writable: true });
  }
  if (isReordered) recordOrder(document, names);
  return document;
}

/** Writes an own field; `__proto__` becomes an ordinary field and never the prototype, and a whole number keeps its place. */
export function setField(document: BsonDocument, name: string, value: BsonValue): void {
  appendName(document, name);
  if (name !== '__proto__') document[name] = value;
  else Object.defineProperty(document, name, { value, enumerable: true, configurable: true, writable: true });
}

/** A deep copy of containers; leaf values are never changed in place and are shared. */
export function cloneValue<T extends BsonValue>(value: T): T;
export function cloneValue(value: BsonValue): BsonValue {
  if (Array.isArray(value)) return value.map((item) => cloneValue(item));
  if (!isDocument(value)) return value;
  return documentOf(fieldEntries(value).map(([name, item]) => [name, cloneValue(item)]));
}
