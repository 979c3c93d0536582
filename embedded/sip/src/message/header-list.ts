/** RFC 3261 §7.3.3 and later RFCs: one-letter header names and what they stand for. */
const LONG_NAME: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

/** Names whose capital letters do not follow from their dashes. */
const SPECIAL_NAME: Readonly<Record<string, string>> = {
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  rack: 'RAck',
  rseq: 'RSeq',
  'www-authenticate': 'WWW-Authenticate',
  'mime-version': 'MIME-Version',
};

/** A header as it stands on its line. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** What a name is compared by and how it is written. */
interface NameForms {
  readonly key: string;
  readonly usual: string;
}

const MAX_KNOWN_NAMES = 1_000;
/** The forms of names seen before, by their spelling: nearly all are. */
const knownNames = new Map<string, NameForms>();

function formsOf(name: string): NameForms {
  const known = knownNames.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const forms = { key: (LONG_NAME[lower] ?? lower).toLowerCase(), usual: usualSpelling(name, lower) };
  // Strangers may make up names without end.
  if (knownNames.size < MAX_KNOWN_NAMES && name.length <= 40) knownNames.set(name, forms);
  return forms;
}

function usualSpelling(name: string, lower: string): string {
  const known = LONG_NAME[lower] ?? SPECIAL_NAME[lower];
  if (known !== undefined) return known;
  if (lower.startsWith('x-')) return name;
  return name
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('-');
}

/** The usual spelling of a header name: compact forms spelled out, each part capitalised, `X-` names left alone. */
export function headerName(name: string): string {
  return formsOf(name).usual;
}

function keyOf(name: string): string {
  return formsOf(name).key;
}

interface KeyedField extends HeaderField {
  readonly key: string;
}

/** The headers of one message, in order. Names compare without case and without regard to compact forms (RFC 3261 §7.3.1). */
export class HeaderList {
  private fields: KeyedField[] = [];

  /** The value of the first header of that name. */
  get(name: string): string | undefined {
    const key = keyOf(name);
    for (const field of this.fields) if (field.key === key) return field.value;
    return undefined;
  }

  /** All values of that name, one per header line. */
  getAll(name: string): string[] {
    const key = keyOf(name);
    const values: string[] = [];
    for (const field of this.fields) if (field.key === key) values.push(field.value);
    return values;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Appends a line. */
  add(name: string, value: string): this {
    const { key, usual } = formsOf(name);
    this.fields.push({ key, name: usual, value });
    return this;
  }

  /** Replaces every line of that name by one, where the first of them stood. */
  set(name: string, value: string): this {
    return this.setAll(name, [value]);
  }

  /** Replaces every line of that name by these, where the first of them stood. */
  setAll(name: string, values: readonly string[]): this {
    const key = keyOf(name);
    const first = this.fields.findIndex((field) => field.key === key);
    const position = first < 0 ? this.fields.length : first;
    const others = this.fields.filter((field) => field.key !== key);
    others.splice(position, 0, ...values.map((value) => ({ key, name: headerName(name), value })));
    this.fields = others;
    return this;
  }

  remove(name: string): this {
    const key = keyOf(name);
    this.fields = this.fields.filter((field) => field.key !== key);
    return this;
  }

  /** The lines in order. */
  entries(): readonly HeaderField[] {
    return this.fields;
  }

  copy(): HeaderList {
    const copy = new HeaderList();
    // Fields are never changed, only replaced.
    copy.fields = [...this.fields];
    return copy;
  }
}
