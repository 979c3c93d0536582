import { Binary } from 'bson';
import { CommandError } from '../command-error.ts';
import { isNullish, type BsonValue } from '../values/bson-value.ts';
import { binaryBytes } from '../values/compare.ts';

const FORMATS = ['base64', 'base64url', 'hex', 'utf8', 'uuid', 'auto'] as const;
type Format = (typeof FORMATS)[number];

const UUID_SUBTYPE = 4;
const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `$convert` from string to binData by `format`. */
export function textToBinary(text: string, subtype: number, format: BsonValue): Binary {
  const name = formatOf(format);
  if (name === 'uuid') {
    if (subtype !== UUID_SUBTYPE || !UUID_TEXT.test(text)) throw unparsable(text, name);
    return new Binary(Buffer.from(text.replaceAll('-', ''), 'hex'), UUID_SUBTYPE);
  }
  if (name === 'auto') throw unparsable(text, name);
  const bytes = Buffer.from(text, name);
  // Node ignores what it cannot read; what does not come out again was not well formed.
  if (name !== 'utf8' && normalized(bytes.toString(name), name) !== normalized(text, name)) throw unparsable(text, name);
  return new Binary(bytes, subtype);
}

const normalized = (text: string, format: Format): string => (format === 'hex' ? text.toLowerCase() : text.replace(/=+$/, ''));

/** `$convert` from binData to string by `format`; `auto` is base64, and the usual form for UUIDs. */
export function binaryToText(value: Binary, format: BsonValue): string {
  const name = formatOf(format);
  const isUuid = value.sub_type === UUID_SUBTYPE;
  if (name === 'uuid' && !isUuid)
    throw new CommandError(241, 'Only the UUID subtype (4) is allowed with the UUID format in $convert with no onError value');
  const bytes = Buffer.from(binaryBytes(value));
  if (name === 'uuid' || (name === 'auto' && isUuid)) return uuidText(bytes);
  if (name !== 'utf8') return bytes.toString(name === 'auto' ? 'base64' : name);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes))
    throw new CommandError(241, 'BinData is not valid UTF-8 in $convert with no onError value');
  return text;
}

const uuidText = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

function formatOf(format: BsonValue): Format {
  if (isNullish(format)) throw new CommandError(4341115, 'Format must be specified when converting between string and binData');
  if (typeof format !== 'string') throw new CommandError(4341114, "$convert requires that 'format' be a string");
  const known = FORMATS.find((name) => name === format);
  if (known === undefined) throw new CommandError(4341125, `Invalid 'format' argument for $convert: ${format}`);
  return known;
}

const unparsable = (text: string, format: string): CommandError =>
  new CommandError(241, `Failed to parse BinData '${text}' as ${format} in $convert with no onError value`);
