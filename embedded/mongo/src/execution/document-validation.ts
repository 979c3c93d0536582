import { CommandError, notSupported } from '../command-error.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Filter } from '../query/filter.ts';
import type { Collection } from '../storage/catalog.ts';
import { isDocument, type BsonDocument } from '../values/bson-value.ts';

const LEVELS = ['off', 'strict', 'moderate'];
const ACTIONS = ['error', 'warn'];

/** Compiled validators by the options they stand in, which never change in place. */
const compiled = new WeakMap<BsonDocument, Filter>();

/** Checks the validation settings of `create` and `collMod`. */
export function assertValidation({ validator, validationLevel, validationAction }: BsonDocument): void {
  if (validationLevel !== undefined && !(typeof validationLevel === 'string' && LEVELS.includes(validationLevel)))
    throw new CommandError(2, "Enumeration value for field 'validationLevel' is not a valid value.");
  if (validationAction === 'errorAndLog') throw notSupported("validationAction 'errorAndLog'");
  if (validationAction !== undefined && !(typeof validationAction === 'string' && ACTIONS.includes(validationAction)))
    throw new CommandError(2, "Enumeration value for field 'validationAction' is not a valid value.");
  if (validator === undefined) return;
  if (!isDocument(validator)) throw new CommandError(14, "BSON field 'validator' is the wrong type, expected type 'object'");
  compileFilter(validator);
}

/**
 * Throws DocumentValidationFailure (121) when a document breaks its collection's validator. At level `moderate` a document that
 * was already invalid may stay so.
 */
export function validateDocument({ options }: Collection, document: BsonDocument, before?: BsonDocument): void {
  const { validator, validationLevel, validationAction } = options;
  if (!isDocument(validator) || validationLevel === 'off' || validationAction === 'warn') return;
  const matches = compiled.get(options) ?? compileFilter(validator);
  compiled.set(options, matches);
  if (matches(document) || (validationLevel === 'moderate' && before !== undefined && !matches(before))) return;
  throw new CommandError(121, 'Document failed validation', {
    errInfo: { failingDocumentId: document['_id'], details: { operatorName: operatorOf(validator), specifiedAs: validator } },
  });
}

const operatorOf = (validator: BsonDocument): string => {
  const [name = ''] = Object.keys(validator);
  return name.startsWith('$') ? name : '$and';
};
