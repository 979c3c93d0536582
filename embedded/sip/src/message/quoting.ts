/**
 * Splits at a separator that stands outside quoted strings and angle brackets.
 * Returns undefined when a quote or bracket is never closed. Linear in the length of the text.
 */
export function splitOutsideQuotes(text: string, separator: string): string[] | undefined {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  let isBracketed = false;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (isQuoted) {
      if (char === '\\') index++;
      else if (char === '"') isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === '<') isBracketed = true;
    else if (char === '>') isBracketed = false;
    else if (char === separator && !isBracketed) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  if (isQuoted || isBracketed) return undefined;
  parts.push(text.slice(start));
  return parts;
}

/** Parameters by lower-case name, in order; a parameter without `=` has the value undefined. */
export type Params = Map<string, string | undefined>;

/** Parses `a=b;c` (without the leading semicolon). Undefined when a name is missing or a quote is never closed. */
export function parseParams(text: string): Params | undefined {
  const params: Params = new Map();
  const parts = splitOutsideQuotes(text, ';');
  if (parts === undefined) return undefined;
  for (const [index, part] of parts.entries()) {
    const trimmed = part.trim();
    // One semicolon too many at the end is common and harmless; anywhere else a parameter is missing.
    if (trimmed === '' && index === parts.length - 1) continue;
    const equals = trimmed.indexOf('=');
    const name = (equals < 0 ? trimmed : trimmed.slice(0, equals)).trim().toLowerCase();
    if (name === '') return undefined;
    if (!params.has(name)) params.set(name, equals < 0 ? undefined : trimmed.slice(equals + 1).trim());
  }
  return params;
}

/** Writes parameters with their leading semicolons. */
export function formatParams(params: Params): string {
  let text = '';
  for (const [name, value] of params) text += value === undefined ? `;${name}` : `;${name}=${value}`;
  return text;
}
