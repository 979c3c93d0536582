import { BSONRegExp } from 'bson';
import { ValueKeys, type ValueKey } from '../expression/value-key.ts';
import { anyValueAt } from '../query/path-walk.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { valueBytes } from '../accumulator/value-bytes.ts';
import { MAX_STAGE_BYTES } from './memory-limit.ts';

/** The filter of documents in which a field equals one of the values. Regular expressions are values here, not patterns. */
export function equalityFilter(field: string, values: readonly BsonValue[]): BsonDocument {
  if (!values.some((value) => value instanceof BSONRegExp)) return { [field]: { $in: [...values] } };
  return { $or: values.map((value) => ({ [field]: { $eq: value } })) };
}

/** The documents of a collection by the values of one field, for joins without an index. */
export class EqualityTable {
  readonly #documents: BsonDocument[] = [];
  readonly #positions = new Map<ValueKey, number[]>();
  readonly #keys: ValueKeys;
  /** True when the collection does not fit into the memory of a stage; then there is no table. */
  isTooLarge = false;

  private constructor(collation: Collation | undefined) {
    this.#keys = new ValueKeys(collation);
  }

  static build(documents: Iterable<BsonDocument>, field: string, collation: Collation | undefined): EqualityTable {
    const table = new EqualityTable(collation);
    const path = field.split('.');
    let bytes = 0;
    for (const document of documents) {
      bytes += valueBytes(document);
      if (bytes > MAX_STAGE_BYTES) {
        table.isTooLarge = true;
        table.#documents.length = 0;
        table.#positions.clear();
        break;
      }
      table.#add(document, path);
    }
    return table;
  }

  /** The documents in the order of the collection, each once. */
  *find(values: readonly BsonValue[]): Generator<BsonDocument> {
    const positions = values.flatMap((value) => this.#positions.get(this.#keys.of(value ?? null)) ?? []);
    const ordered = values.length === 1 ? positions : [...new Set(positions)].sort((a, b) => a - b);
    for (const position of ordered) {
      const document = this.#documents[position];
      if (document !== undefined) yield document;
    }
  }

  #add(document: BsonDocument, path: readonly string[]): void {
    const position = this.#documents.push(document) - 1;
    // The walk of a filter visits exactly the values an equality is compared with.
    anyValueAt(document, path, (value) => {
      const key = this.#keys.of(value ?? null);
      const positions = this.#positions.get(key);
      if (positions === undefined) this.#positions.set(key, [position]);
      else if (positions.at(-1) !== position) positions.push(position);
      return false;
    });
  }
}
