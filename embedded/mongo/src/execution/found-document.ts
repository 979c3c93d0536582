import type { MatchContext } from '../query/filter.ts';
import type { StoredDocument } from '../storage/document-scan.ts';
import { decodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';

/** A document that matches a query. It is decoded when somebody asks: many are only passed on. */
export class FoundDocument {
  readonly stored: StoredDocument;
  readonly context: MatchContext;
  #document: BsonDocument | undefined;

  constructor(stored: StoredDocument, context: MatchContext, document: BsonDocument | undefined) {
    this.stored = stored;
    this.context = context;
    this.#document = document;
  }

  /** The content; only the fields a query was said to need, if it was. */
  get document(): BsonDocument {
    this.#document ??= decodeDocument(this.stored.bytes);
    return this.#document;
  }
}
