import { CommandError, notSupported } from '../command-error.ts';

const SYNTAX = new Set('^$\\.*+?()[]{}|/');
const SPACE = ' \\t\\n\\v\\f\\r';
/** Escapes that mean the same in PCRE2 (UTF, not UCP) and in JavaScript's unicode mode. */
const SHARED_ESCAPES = new Set('dDwWbBnrtfkpPx0123456789');

/** Members of [:name:], ASCII as in PCRE2 without UCP. */
const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: SPACE,
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`\\{-~',
  xdigit: '0-9A-Fa-f',
  word: 'A-Za-z0-9_',
  cntrl: '\\x00-\\x1f\\x7f',
  graph: '!-~',
  print: ' -~',
};

/**
 * Turns MongoDB's PCRE2 pattern into a JavaScript one with the same meaning, or refuses it. The differences that matter: `$` also
 * matches before a final newline, `.` excludes only `\n`, `\s` is ASCII, and unknown escapes are errors.
 */
export function translatePattern(pattern: string, options: string): RegExp {
  const inline = /^\(\?([imsx]+)\)/.exec(pattern);
  const flags = new Set([...options, ...(inline?.[1] ?? '')]);
  const translator = new PatternTranslator(pattern.slice(inline?.[0].length ?? 0), flags);
  const source = translator.translate();
  try {
    return new RegExp(source, flags.has('i') ? 'iu' : 'u');
  } catch {
    throw new CommandError(
      51091,
      'Regular expression is invalid or uses a construct the embedded document server does not support',
    );
  }
}

class PatternTranslator {
  readonly #pattern: string;
  readonly #isMultiline: boolean;
  readonly #dotMatchesNewline: boolean;
  readonly #isExtended: boolean;
  #position = 0;
  #isInClass = false;

  constructor(pattern: string, flags: ReadonlySet<string>) {
    this.#pattern = pattern;
    this.#isMultiline = flags.has('m');
    this.#dotMatchesNewline = flags.has('s');
    this.#isExtended = flags.has('x');
  }

  translate(): string {
    let source = '';
    while (this.#position < this.#pattern.length) source += this.#next();
    return source;
  }

  #next(): string {
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#position) ?? 0);
    this.#position += character.length;
    if (character === '\\') return this.#escape();
    if (this.#isInClass) return this.#inClass(character);
    if (this.#isExtended && this.#isIgnored(character)) return '';
    switch (character) {
      case '[':
        return this.#openClass();
      case '.':
        return this.#dotMatchesNewline ? '[\\s\\S]' : '[^\\n]';
      case '^':
        return this.#isMultiline ? '(?<![^\\n])' : '^';
      case '$':
        return this.#isMultiline ? '(?![^\\n])' : '(?=\\n?(?![\\s\\S]))';
      case ']':
        return '\\]';
      default:
        return character;
    }
  }

  /** With option x white space and comments outside classes mean nothing. */
  #isIgnored(character: string): boolean {
    if (/[ \t\n\v\f\r]/.test(character)) return true;
    if (character !== '#') return false;
    const end = this.#pattern.indexOf('\n', this.#position);
    this.#position = end < 0 ? this.#pattern.length : end + 1;
    return true;
  }

  #openClass(): string {
    this.#isInClass = true;
    let opening = '[';
    if (this.#pattern[this.#position] === '^') {
      opening += '^';
      this.#position += 1;
    }
    if (this.#pattern[this.#position] === ']') {
      opening += '\\]';
      this.#position += 1;
    }
    return opening;
  }

  #inClass(character: string): string {
    if (character === ']') this.#isInClass = false;
    if (character !== '[') return character;
    const named = /^:(\^?)([a-z]+):\]/.exec(this.#pattern.slice(this.#position));
    if (named === null) {
      if ('.='.includes(this.#pattern[this.#position] ?? ' ')) throw notSupported('a POSIX collating element');
      return '\\[';
    }
    const members = Object.hasOwn(POSIX_CLASSES, named[2] ?? '') ? POSIX_CLASSES[named[2] ?? ''] : undefined;
    if (members === undefined || named[1] === '^') throw notSupported(`the POSIX character class [${named[0]}`);
    this.#position += named[0].length;
    return members;
  }

  #escape(): string {
    const character = this.#pattern[this.#position] ?? '';
    this.#position += character.length;
    if (character === 's') return this.#isInClass ? SPACE : `[${SPACE}]`;
    if (character === 'S' && !this.#isInClass) return `[^${SPACE}]`;
    if (character === 'A' && !this.#isInClass) return '(?<![\\s\\S])';
    if (character === 'z' && !this.#isInClass) return '(?![\\s\\S])';
    if (character === 'Z' && !this.#isInClass) return '(?=\\n?(?![\\s\\S]))';
    if (character === 'x' && !/^[0-9a-fA-F]{2}/.test(this.#pattern.slice(this.#position))) throw notSupported('this \\x escape');
    if (SYNTAX.has(character) || SHARED_ESCAPES.has(character)) return `\\${character}`;
    if (character === '-') return this.#isInClass ? '\\-' : '-';
    if (character !== '' && !/[A-Za-z0-9]/.test(character)) return character;
    throw notSupported(`the regular expression escape '\\${character}'`);
  }
}
