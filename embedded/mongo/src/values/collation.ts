import { Int32 } from 'bson';
import { badValue, CommandError, notSupported } from '../command-error.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from './bson-value.ts';
import { toDouble } from './numeric.ts';

/** Compares two strings in a language's order. Absent means MongoDB's `simple` binary comparison. */
export interface Collation {
  compareStrings(a: string, b: string): number;
  /** With every default written out, as `listCollections` shows it. Two collations are the same when these are equal. */
  readonly specification: BsonDocument;
}

const SUPPORTED_LOCALES: Readonly<Record<string, string>> = { ja: 'ja', en: 'en', en_US: 'en-US' };
/** All settings but `locale` and `strength`. */
const DEFAULTS = {
  caseLevel: false,
  caseFirst: 'off',
  numericOrdering: false,
  alternate: 'non-ignorable',
  maxVariable: 'punct',
  normalization: false,
  backwards: false,
} as const;
const DEFAULT_STRENGTH = 3;
/** Version of the collation data MongoDB 8 reports. */
const ICU_VERSION = '57.1';

/**
 * Parses a `collation` option; `undefined` for none or `simple`. The language's order is Intl.Collator's, which is ICU as in MongoDB.
 * What Intl cannot express (strength 4 and 5, caseLevel beside strength 2 or 3, shifted punctuation) and other locales are refused.
 */
export function parseCollation(option: BsonValue): Collation | undefined {
  if (option === undefined) return undefined;
  if (!isDocument(option)) throw new CommandError(14, "BSON field 'collation' is the wrong type, expected type 'object'");
  if (Object.keys(option).length === 0) return undefined;
  const settings = settingsOf(option);
  if (settings.locale === 'simple') {
    if (Object.keys(option).length > 1) throw badValue('simple collation does not allow other options');
    return undefined;
  }
  const locale = Object.hasOwn(SUPPORTED_LOCALES, settings.locale) ? SUPPORTED_LOCALES[settings.locale] : undefined;
  if (locale === undefined) throw refusedLocale(settings.locale);
  const collator = new Intl.Collator(locale, {
    sensitivity: sensitivityOf(settings),
    numeric: settings.numericOrdering,
    caseFirst: settings.caseFirst === 'off' ? 'false' : settings.caseFirst,
  });
  const specification = { ...settings, strength: new Int32(settings.strength), version: ICU_VERSION };
  return { compareStrings: (a, b) => collator.compare(a, b), specification };
}

interface Settings {
  readonly locale: string;
  readonly caseLevel: boolean;
  readonly caseFirst: 'off' | 'upper' | 'lower';
  readonly strength: number;
  readonly numericOrdering: boolean;
  readonly alternate: string;
  readonly maxVariable: string;
  readonly normalization: boolean;
  readonly backwards: boolean;
}

function settingsOf(option: BsonDocument): Settings {
  const { locale } = option;
  for (const name of Object.keys(option)) {
    if (name !== 'locale' && name !== 'version' && name !== 'strength' && !Object.hasOwn(DEFAULTS, name))
      throw new CommandError(40415, `BSON field 'collation.${name}' is an unknown field.`);
  }
  if (locale === undefined) throw new CommandError(40414, "BSON field 'collation.locale' is missing but a required field");
  if (typeof locale !== 'string')
    throw new CommandError(14, "BSON field 'collation.locale' is the wrong type, expected type 'string'");
  if (settingOf(option, 'alternate') === 'shifted') throw notSupported("the collation setting alternate: 'shifted'");
  if (settingOf(option, 'backwards') === true) throw notSupported('the collation setting backwards: true');
  return {
    locale,
    caseLevel: flagOf(option, 'caseLevel'),
    caseFirst: caseFirstOf(option),
    strength: strengthOf(option),
    numericOrdering: flagOf(option, 'numericOrdering'),
    alternate: oneOf(option, 'alternate', ['non-ignorable']),
    maxVariable: oneOf(option, 'maxVariable', ['punct', 'space']),
    normalization: flagOf(option, 'normalization'),
    backwards: flagOf(option, 'backwards'),
  };
}

const settingOf = (option: BsonDocument, name: keyof typeof DEFAULTS): BsonValue => option[name] ?? DEFAULTS[name];

function flagOf(option: BsonDocument, name: 'caseLevel' | 'numericOrdering' | 'normalization' | 'backwards'): boolean {
  const value = settingOf(option, name);
  if (typeof value === 'boolean') return value;
  throw new CommandError(14, `BSON field 'collation.${name}' is the wrong type, expected type 'bool'`);
}

function oneOf(option: BsonDocument, name: 'alternate' | 'maxVariable', allowed: readonly string[]): string {
  const value = settingOf(option, name);
  if (typeof value === 'string' && allowed.includes(value)) return value;
  throw badValue(`Enumeration value for field 'collation.${name}' is not a valid value.`);
}

function caseFirstOf(option: BsonDocument): 'off' | 'upper' | 'lower' {
  const value = settingOf(option, 'caseFirst');
  if (value === 'off' || value === 'upper' || value === 'lower') return value;
  throw badValue("Enumeration value for field 'collation.caseFirst' is not a valid value.");
}

function strengthOf(option: BsonDocument): number {
  const value = option['strength'];
  if (value === undefined) return DEFAULT_STRENGTH;
  const strength = isNumber(value) ? toDouble(value) : NaN;
  if (Number.isInteger(strength) && strength >= 1 && strength <= 5) return strength;
  throw badValue("BSON field 'collation.strength' must be a whole number between 1 and 5");
}

function sensitivityOf({ strength, caseLevel }: Settings): 'base' | 'accent' | 'case' | 'variant' {
  if (strength === 1) return caseLevel ? 'case' : 'base';
  if (strength === 2 && !caseLevel) return 'accent';
  if (strength === 3 && !caseLevel) return 'variant';
  throw notSupported(`the collation strength ${strength}${caseLevel ? ' with caseLevel' : ''}`);
}

function refusedLocale(locale: string): CommandError {
  try {
    if (Intl.Collator.supportedLocalesOf(locale.replaceAll('_', '-').split('@')[0] ?? '').length > 0)
      return notSupported(`the collation locale '${locale}'`);
  } catch {
    // not even the form of a locale
  }
  return badValue(`Field 'locale' is invalid in: { locale: "${locale}" }`);
}
