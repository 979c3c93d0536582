import { Double, Int32 } from 'bson';
import { encodeKeyPart } from '../storage/key-encoding.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { compareNumbers, toDouble } from '../values/numeric.ts';
import { fieldEntries, setField } from '../values/field-order.ts';

/** A JavaScript value that is the same for equal BSON values, for use as the key of a Map. */
export type ValueKey = string | number | boolean | null | undefined;

/** Marks keys that are encoded values; strings that begin with its first character are marked as well. */
const ENCODED = '\0e';
const textKey = (text: string): string => (text.charCodeAt(0) === 0 ? `\0s${text}` : text);

/** Makes keys of values. With a collation strings that it holds equal have one key. */
export class ValueKeys {
  readonly #collation: Collation | undefined;
  readonly #representatives = new Map<string, string>();
  readonly #distinct: string[] = [];

  constructor(collation?: Collation) {
    this.#collation = collation;
  }

  of(value: BsonValue): ValueKey {
    if (typeof value === 'string') return textKey(this.#represent(value));
    // -0 and 0 are one key of a Map, and so is NaN.
    if (value instanceof Int32 || value instanceof Double) return value.value;
    if (value === null || value === undefined || typeof value === 'boolean') return value;
    if (isNumber(value)) {
      const double = toDouble(value);
      if (compareNumbers(value, new Double(double)) === 0) return double;
    }
    return `${ENCODED}${encodeKeyPart(this.#collation === undefined ? value : this.#representDeep(value), 1).toString('latin1')}`;
  }

  #represent(text: string): string {
    const collation = this.#collation;
    if (collation === undefined) return text;
    const known = this.#representatives.get(text);
    if (known !== undefined) return known;
    const equal = this.#distinct.find((other) => collation.compareStrings(other, text) === 0);
    if (equal === undefined) this.#distinct.push(text);
    this.#representatives.set(text, equal ?? text);
    return equal ?? text;
  }

  #representDeep(value: BsonValue): BsonValue {
    if (typeof value === 'string') return this.#represent(value);
    if (Array.isArray(value)) return value.map((item) => this.#representDeep(item));
    if (!isDocument(value)) return value;
    const copy: BsonDocument = {};
    for (const [name, item] of fieldEntries(value)) setField(copy, name, this.#representDeep(item));
    return copy;
  }
}
