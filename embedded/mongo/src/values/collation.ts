import { CommandError, notSupported } from '../command-error.ts';
import { isDocument, isNumber, type BsonValue } from './bson-value.ts';
import { toDouble } from './numeric.ts';

/** Compares two strings in a language's order. Absent means MongoDB's `simple` binary comparison. */
export interface Collation {
  compareStrings(a: string, b: string): number;
}

const SUPPORTED_LOCALES = new Set(['ja', 'en']);
const KNOWN_FIELDS = new Set(['locale', 'strength', 'caseLevel', 'numericOrdering']);

/** Parses a command's `collation` option; `undefined` for none or `simple`. Other locales and settings are refused. */
export function parseCollation(option: BsonValue): Collation | undefined {
  if (option === undefined) return undefined;
  if (!isDocument(option)) throw new CommandError(14, "BSON field 'collation' is the wrong type, expected type 'object'");
  if (Object.keys(option).length === 0) return undefined;
  if (option['locale'] === 'simple') return undefined;
  for (const field of Object.keys(option)) if (!KNOWN_FIELDS.has(field)) throw notSupported(`the collation field '${field}'`);
  const locale = option['locale'];
  if (typeof locale !== 'string') throw new CommandError(40414, "BSON field 'collation.locale' is missing but a required field");
  if (!SUPPORTED_LOCALES.has(locale)) throw notSupported(`the collation locale '${locale}'`);
  const sensitivity = sensitivityOf(option['strength'], option['caseLevel'] === true);
  const collator = new Intl.Collator(locale, { sensitivity, numeric: option['numericOrdering'] === true });
  return { compareStrings: (a, b) => collator.compare(a, b) };
}

function sensitivityOf(strength: BsonValue, hasCaseLevel: boolean): 'base' | 'accent' | 'case' | 'variant' {
  const level = strength === undefined ? 3 : isNumber(strength) ? toDouble(strength) : NaN;
  if (level === 1) return hasCaseLevel ? 'case' : 'base';
  if (level === 2 && !hasCaseLevel) return 'accent';
  if (level === 3 && !hasCaseLevel) return 'variant';
  throw notSupported('this collation strength');
}
