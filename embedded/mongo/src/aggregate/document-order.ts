import { CommandError } from '../command-error.ts';
import { compareSortKeys, parseSort, sortKeyOf, type SortKey } from '../query/sort-specification.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import type { SortField } from '../values/path.ts';

export interface KeyedDocument {
  readonly key: SortKey;
  readonly document: BsonDocument;
}

/** How documents are brought into an order. */
export class DocumentOrder {
  readonly #fields: readonly SortField[];
  readonly #collation: Collation | undefined;

  constructor(fields: readonly SortField[], collation: Collation | undefined) {
    this.#fields = fields;
    this.#collation = collation;
  }

  keyed(document: BsonDocument): KeyedDocument {
    return { key: sortKeyOf(document, this.#fields, this.#collation), document };
  }

  readonly compare = (a: KeyedDocument, b: KeyedDocument): number => compareSortKeys(a.key, b.key, this.#fields, this.#collation);
}

/** Parses the operand of `$sort`. */
export function documentOrder(operand: BsonValue, collation: Collation | undefined): DocumentOrder {
  if (!isDocument(operand)) throw new CommandError(15973, 'the $sort key specification must be an object');
  if (Object.keys(operand).length === 0) throw new CommandError(15976, '$sort stage must have at least one sort key');
  const { fields, natural } = parseSort(operand);
  if (natural !== undefined) throw new CommandError(16410, "FieldPath field names may not start with '$'.");
  return new DocumentOrder(fields, collation);
}
