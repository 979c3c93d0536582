import { formatParams, parseParams, splitOutsideQuotes } from './quoting.ts';
import type { Params } from './quoting.ts';

/** The value of From, To, Contact, Route and their like (RFC 3261 §20.10, §20.20, §20.34, §20.39). */
export interface NameAddr {
  /** As written, quotes included; empty when there is none. */
  readonly displayName: string;
  readonly uri: string;
  readonly params: Params;
}

/** Parses one name-addr or addr-spec with header parameters; undefined when malformed. */
export function parseNameAddr(text: string): NameAddr | undefined {
  const trimmed = text.trim();
  const open = bracketPosition(trimmed);
  if (open === undefined) return undefined;
  if (open < 0) return parseAddrSpec(trimmed);
  const close = trimmed.indexOf('>', open);
  if (close < 0) return undefined;
  const uri = trimmed.slice(open + 1, close).trim();
  const after = trimmed.slice(close + 1).trim();
  const params =
    after === '' ? new Map<string, string | undefined>() : after.startsWith(';') ? parseParams(after.slice(1)) : undefined;
  if (uri === '' || params === undefined) return undefined;
  return { displayName: trimmed.slice(0, open).trim(), uri, params };
}

/** Without brackets every parameter belongs to the header, not to the URI (RFC 3261 §20.10). */
function parseAddrSpec(text: string): NameAddr | undefined {
  const semicolon = text.indexOf(';');
  const uri = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  const params = parseParams(semicolon < 0 ? '' : text.slice(semicolon + 1));
  if (uri === '' || params === undefined || /[\s"<>,?]/.test(uri)) return undefined;
  return { displayName: '', uri, params };
}

/** Where `<` stands outside quotes; -1 when nowhere; undefined when a quote is never closed. */
function bracketPosition(text: string): number | undefined {
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (isQuoted && char === '\\') index++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === '<' && !isQuoted) return index;
  }
  return isQuoted ? undefined : -1;
}

/** Parses all values of a header that may hold several, over several lines; undefined when one is malformed. */
export function parseNameAddrs(lines: readonly string[]): NameAddr[] | undefined {
  const result: NameAddr[] = [];
  for (const line of lines) {
    for (const part of splitOutsideQuotes(line, ',') ?? ['']) {
      const parsed = parseNameAddr(part);
      if (parsed === undefined) return undefined;
      result.push(parsed);
    }
  }
  return result;
}

/** Writes it, always with brackets. */
export function formatNameAddr(value: NameAddr): string {
  const name = value.displayName === '' ? '' : `${value.displayName} `;
  return `${name}<${value.uri}>${formatParams(value.params)}`;
}

/** The tag of a From or To value. */
export function tagOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : parseNameAddr(value)?.params.get('tag');
}

/** The same value with this tag in place of any other. */
export function withTag(value: string, tag: string): string {
  const parsed = parseNameAddr(value);
  if (parsed === undefined) return value;
  return formatNameAddr({ ...parsed, params: new Map([...parsed.params, ['tag', tag]]) });
}
