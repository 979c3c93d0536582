import { appendFileSync } from 'node:fs';
import { BSONRegExp } from 'bson';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import { featuresOf } from './query-shape.ts';

/** Appends each kind of command to a file once, as a line of JSON: what it asks for and how its documents were found. */
export class ShapeLog {
  readonly #file: string;
  readonly #known = new Set<string>();

  constructor(file: string) {
    this.#file = file;
  }

  /** `plan` names the way to the documents, such as IXSCAN; it is asked for new kinds of commands only. */
  record(command: BsonDocument, plan: () => string | undefined): void {
    const features = featuresOf(withRegExps(command) as Record<string, unknown>); // a document stays one
    const shape = features.join(', ');
    if (this.#known.has(shape)) return;
    this.#known.add(shape);
    const found = plan();
    appendFileSync(this.#file, `${JSON.stringify({ features, ...(found === undefined ? {} : { plan: found }) })}\n`);
  }
}

/** Conformance cases hold JavaScript's regular expressions; both are one shape. */
function withRegExps(value: BsonValue): unknown {
  if (value instanceof BSONRegExp) return /shape/;
  if (Array.isArray(value)) return value.map(withRegExps);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]: [string, BsonValue]) => [name, withRegExps(item)]));
}
