import { CommandError } from '../command-error.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';
import { mergeInto } from '../expression/object-operators.ts';
import { ValueSet } from '../expression/value-set.ts';
import type { Accumulator } from './accumulator.ts';
import { valueBytes } from './value-bytes.ts';

/** MongoDB's limit for what one `$push` or `$addToSet` may hold. */
const MAX_BYTES = 100 * 1024 * 1024;

/** `$push`: missing values are left out. */
export class Push implements Accumulator {
  readonly #values: BsonValue[] = [];
  #bytes = 0;

  add(value: BsonValue): void {
    if (value === undefined) return;
    this.#bytes = grown('$push', this.#bytes, value);
    this.#values.push(value);
  }

  result(): BsonValue {
    return this.#values;
  }
}

/** `$addToSet`. */
export class AddToSet implements Accumulator {
  readonly #values: ValueSet;
  #bytes = 0;

  constructor(collation: Collation | undefined) {
    this.#values = new ValueSet(collation);
  }

  add(value: BsonValue): void {
    if (value !== undefined && this.#values.add(value)) this.#bytes = grown('$addToSet', this.#bytes, value);
  }

  result(): BsonValue {
    return [...this.#values.values()];
  }
}

/** `$mergeObjects`. */
export class MergeObjects implements Accumulator {
  readonly #merged: BsonDocument = {};

  add(value: BsonValue): void {
    mergeInto(this.#merged, value);
  }

  result(): BsonValue {
    return this.#merged;
  }
}

function grown(operator: string, bytes: number, value: BsonValue): number {
  const total = bytes + valueBytes(value);
  if (total <= MAX_BYTES) return total;
  throw new CommandError(146, `${operator} used too much memory and cannot spill to disk. Memory limit: ${MAX_BYTES} bytes`);
}
